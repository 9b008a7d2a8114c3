from collections.abc import Iterator
from pathlib import Path

import pytest

from e2e.running import Administrator, Running, running, set_up
from fake_vendor import FakeVendor, json_reply

MODELS = {"data": [{"id": "gpt-4o-mini", "object": "model"}, {"id": "text-embedding-3-small", "object": "model"}]}
CLAUDE = {"data": [{"id": "claude-test", "type": "model", "display_name": "Claude"}], "has_more": False}


@pytest.fixture
def passgate(tmp_path: Path) -> Iterator[Running]:
    """A Passgate of the test's own."""
    with running(tmp_path / "data") as whole:
        yield whole


@pytest.fixture
def ada(passgate: Running) -> Administrator:
    """Its first administrator."""
    return set_up(passgate)


@pytest.fixture
def openai_vendor() -> Iterator[FakeVendor]:
    with FakeVendor() as vendor:
        vendor.reply("/v1/models", json_reply(MODELS))
        yield vendor


@pytest.fixture
def anthropic_vendor() -> Iterator[FakeVendor]:
    with FakeVendor() as vendor:
        vendor.reply("/v1/models", json_reply(CLAUDE))
        yield vendor
