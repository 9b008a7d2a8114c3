"""What calls say is kept where their application wants it, masked as it went, bounded and sealed."""

import json
from pathlib import Path
from typing import Any

import pytest

from fake_vendor import FakeVendor, openai_chat, openai_stream
from inference.worker.running_worker import (
    APPLICATIONS,
    VAULT,
    RunningWorker,
    claims,
    config,
    deployment,
    model,
    provider,
    until,
)
from passgate.contracts.ai_policy import AiPolicy, MaskingRule
from passgate.contracts.call_body import LONGEST_BODY, BodyRecord

CHAT = "/v1/chat/completions"
QUESTION = {"model": "gpt", "messages": [{"role": "user", "content": "I am ada@example.org"}]}


def set_up(worker: RunningWorker, vendor: FakeVendor, **more: Any) -> None:
    applications = [one.model_copy(update={"logs_bodies": one.id == "app_1"}) for one in APPLICATIONS]
    found = config([provider("oa", vendor.url)], [model("gpt", deployment("oa"))])
    worker.configure(found.model_copy(update={"applications": tuple(applications), **more}))


@pytest.fixture
def worker(tmp_path: Path) -> RunningWorker:
    return RunningWorker(tmp_path)


def kept(folder: Path, count: int = 1) -> list[BodyRecord]:
    until(lambda: len(list((folder / "bodies").glob("*.json"))) >= count)
    return [BodyRecord.model_validate_json(path.read_text()) for path in sorted((folder / "bodies").glob("*.json"))]


def test_request_and_reply_are_kept_whole_and_streamed(
    worker: RunningWorker, vendor: FakeVendor, tmp_path: Path
) -> None:
    set_up(worker, vendor)
    with worker:
        vendor.reply(CHAT, openai_chat("Hello"), openai_stream(["Hel", "lo"]))
        whole = worker.call(CHAT, QUESTION)
        stream = worker.call(CHAT, {**QUESTION, "stream": True})
        first, second = kept(tmp_path, 2)
        assert "ada@example.org" not in first.sealed_request
        assert json.loads(VAULT.open(first.sealed_request)) == QUESTION
        assert VAULT.open(first.sealed_reply).encode() == whole.body
        assert VAULT.open(second.sealed_reply).encode() == stream.body
        assert (first.request_id, first.application_id, first.team_id) == ("req-1", "app_1", "team_1")
        assert second.reply_bytes == len(stream.body)


def test_it_is_off_unless_the_application_wants_it(worker: RunningWorker, vendor: FakeVendor, tmp_path: Path) -> None:
    set_up(worker, vendor)
    with worker:
        vendor.reply(CHAT, openai_chat("Hello"))
        assert worker.call(CHAT, QUESTION, x_passgate_claims=claims(application="app_2")).status == 200
        assert worker.call(CHAT, {**QUESTION, "model": "nothing"}).status == 404
        assert not (tmp_path / "bodies").exists()


def test_what_is_kept_is_masked_and_bounded(worker: RunningWorker, vendor: FakeVendor, tmp_path: Path) -> None:
    rule = MaskingRule(name="mail", kind="email", action="mask", places=("request", "reply"))
    block = MaskingRule(name="secret", kind="pattern", pattern="topsecret", action="block", places=("request",))
    set_up(worker, vendor, policies=(AiPolicy(id="pol_1", masking=(rule, block)),))
    with worker:
        vendor.reply(CHAT, openai_chat("Write to ada@example.org"), openai_stream(["Write to ada@", "example.org"]))
        worker.call(CHAT, QUESTION)
        worker.call(CHAT, {**QUESTION, "stream": True})
        assert worker.call(CHAT, {**QUESTION, "messages": [{"role": "user", "content": "topsecret"}]}).status == 400
        vendor.reply(CHAT, openai_chat("x" * 300_000))
        worker.call(CHAT, {**QUESTION, "metadata": {"a": "y" * 200_000}})
        records = kept(tmp_path, 3)
        texts = [VAULT.open(text) for one in records for text in (one.sealed_request, one.sealed_reply)]
        assert len(records) == 3
        assert not [text for text in texts if "ada@example.org" in text or "topsecret" in text]
        assert (len(texts[4]), len(texts[5])) == (LONGEST_BODY, LONGEST_BODY)
        assert records[2].reply_bytes > 300_000
