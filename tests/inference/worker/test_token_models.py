"""A token that is limited to certain models."""

from typing import Any

import pytest

from fake_vendor import FakeVendor
from fake_vendor.openai_replies import openai_chat
from inference.worker.running_worker import RunningWorker, claims

CHAT = {"messages": [{"role": "user", "content": "Hello"}]}


def chat(worker: RunningWorker, model: str, **token: Any) -> Any:
    return worker.call("/v1/chat/completions", CHAT | {"model": model}, x_passgate_claims=claims(**token))


def test_a_limited_token_uses_and_sees_its_models_alone(worker: RunningWorker, vendor: FakeVendor) -> None:
    vendor.reply("/v1/chat/completions", openai_chat("Good day"))
    assert chat(worker, "gpt", models=["gpt", "private"]).status == 200
    refused = chat(worker, "claude", models=["gpt"])
    assert (refused.status, refused.json()["error"]["code"]) == (403, "model_not_allowed")
    listed = worker.call("/v1/models", x_passgate_claims=claims(models=["gpt", "private"])).json()["data"]
    assert [row["id"] for row in listed] == ["gpt"]


def test_the_limit_adds_nothing_to_what_the_application_may(worker: RunningWorker) -> None:
    assert chat(worker, "private", models=["private"]).status == 403
    assert chat(worker, "claude", application="app_2", models=["claude"]).status == 403


@pytest.mark.parametrize("claim", [[], "gpt", {"gpt": 1}, 1, [["gpt"]]], ids=str)
def test_an_empty_or_broken_limit_leaves_no_model(worker: RunningWorker, claim: Any) -> None:
    assert chat(worker, "gpt", models=claim).status == 403
