"""OpenAI's own SDK at a worker, and what a worker must have to keep files for it."""

from typing import Any

import openai

from inference.worker.running_worker import VAULT, RunningWorker, claims

FILE_KEY = VAULT.seal("5a" * 32)
"""Seals the ids of files."""


def client_of(
    worker: RunningWorker, application: str = "app_1", request_id: str = "req-1", **token: Any
) -> openai.OpenAI:
    """A client that tries nothing again; whoever makes it closes it."""
    headers = {"x-passgate-claims": claims(application=application, **token), "x-request-id": request_id}
    return openai.OpenAI(api_key="x", base_url=f"{worker.url}/v1", max_retries=0, default_headers=headers)
