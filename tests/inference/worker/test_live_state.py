import logging
from pathlib import Path
from typing import Any

import pytest

from fake_vendor import FakeVendor, anthropic_stream, endless_stream, no_answer, openai_chat
from fake_vendor.openai_replies import openai_events
from inference.worker.running_worker import (
    RunningWorker,
    claims,
    config,
    deployment,
    model,
    provider,
    replace_file,
    revocation,
    until,
)
from passgate.kernel.sealing import Vault

PATH = "/v1/chat/completions"
CHAT: dict[str, Any] = {"model": "gpt", "messages": [{"role": "user", "content": "Hi"}]}
TICK = openai_events(("tick",))[1]


def revocation_seq(worker: RunningWorker) -> int:
    return int(worker.call("/readyz").json()["revocation_seq"])


def version(worker: RunningWorker) -> int | None:
    answer: int | None = worker.call("/readyz").json()["snapshot_version"]
    return answer


def test_a_worker_without_configuration_is_not_ready(tmp_path: Path, vendor: FakeVendor) -> None:
    with RunningWorker(tmp_path) as worker:
        answer = worker.call("/readyz")
        assert (answer.status, answer.json()["status"]) == (503, "starting")
        refused = worker.call(PATH, CHAT)
        assert (refused.status, refused.json()["error"]["code"]) == (503, "not_ready")
        worker.configure(config([provider("oa", vendor.url)], [model("gpt", deployment("oa"))], version=7))
        until(lambda: worker.call("/readyz").status == 200)
        assert worker.call("/readyz").json() == {
            "status": "ready",
            "snapshot_version": 7,
            "revocation_seq": 0,
            "worker": "w1",
        }


def test_a_new_configuration_is_in_force_within_moments(worker: RunningWorker, vendor: FakeVendor) -> None:
    vendor.reply(PATH, openai_chat())
    assert worker.call(PATH, {**CHAT, "model": "fresh"}).status == 404
    worker.configure(config([provider("oa", vendor.url)], [model("fresh", deployment("oa"))], version=2))
    until(lambda: worker.call(PATH, {**CHAT, "model": "fresh"}).status == 200, seconds=1)


@pytest.mark.parametrize("bad", ["", "{", '{"version": "x"}', '{"version": 3, "surprise": 1}'])
def test_a_bad_file_changes_nothing_and_is_logged(
    worker: RunningWorker, vendor: FakeVendor, bad: str, caplog: pytest.LogCaptureFixture
) -> None:
    vendor.reply(PATH, openai_chat())
    with caplog.at_level(logging.ERROR, "passgate.inference"):
        replace_file(worker.options.config_file, bad)
        replace_file(worker.options.revocations_file, bad)
        until(lambda: sum("is not valid" in record.message for record in caplog.records) == 2)
    assert version(worker) == 1
    assert worker.call(PATH, CHAT).status == 200


def test_a_file_that_cannot_be_read_is_tried_again(
    worker: RunningWorker, vendor: FakeVendor, caplog: pytest.LogCaptureFixture
) -> None:
    """A worker that gave up following it would go on to serve what is revoked later."""
    vendor.reply(PATH, openai_chat())
    unreadable = worker.options.revocations_file
    with caplog.at_level(logging.WARNING, "passgate.inference"):
        unreadable.unlink(missing_ok=True)
        unreadable.mkdir()
        until(lambda: any("cannot be read" in message for message in caplog.messages))
        assert worker.call(PATH, CHAT).status == 200
        unreadable.rmdir()
        worker.revoke(revocation(5, "tok_1"))
        until(lambda: worker.call(PATH, CHAT).status == 401)
        assert sum("cannot be read" in message for message in caplog.messages) == 1


def test_a_provider_whose_key_cannot_be_opened_spoils_no_other(
    tmp_path: Path, vendor: FakeVendor, caplog: pytest.LogCaptureFixture
) -> None:
    foreign = provider("bad", vendor.url).model_copy(update={"sealed_api_key": Vault.of(b"\x09" * 32).seal("x")})
    strange = provider("odd", vendor.url).model_copy(update={"dialect": "morse"})
    worker = RunningWorker(tmp_path)
    vendor.reply(PATH, openai_chat())
    worker.configure(
        config(
            [foreign, strange, provider("oa", vendor.url)],
            [
                model("gpt", deployment("bad"), deployment("odd"), deployment("oa", priority=1)),
                model("lost", deployment("bad")),
            ],
        )
    )
    with caplog.at_level(logging.ERROR, "passgate.inference"), worker:
        assert worker.call(PATH, CHAT).headers["x-passgate-provider"] == "oa"
        answer = worker.call(PATH, {**CHAT, "model": "lost"})
    assert (answer.status, answer.json()["error"]["code"]) == (503, "no_deployment")
    assert "prov_bad" in caplog.text
    assert "morse" in caplog.text


@pytest.mark.parametrize(
    "entry",
    [
        revocation(5, "tok_1"),
        revocation(5, "user_1", "subject", 1700000001),
        revocation(5, "app_1", "application", 1700000001),
        revocation(5, "", "everything", 1700000001),
    ],
)
def test_a_revoked_token_is_refused(worker: RunningWorker, vendor: FakeVendor, entry: Any) -> None:
    vendor.reply(PATH, openai_chat())
    worker.revoke(entry)
    until(lambda: revocation_seq(worker) == 5)
    answer = worker.call(PATH, CHAT)
    assert (answer.status, answer.json()["error"]["code"]) == (401, "token_revoked")
    assert worker.call("/v1/models").json()["error"]["code"] == "token_revoked"
    other = claims("tok_2", "app_2", "user_2", iat=1700000009)
    assert worker.call(PATH, CHAT, x_passgate_claims=other).status == 200
    refused, _ = worker.usage(2)
    assert (refused.outcome, refused.status, refused.error_code) == ("revoked", 401, "token_revoked")
    worker.revoke()
    until(lambda: worker.call(PATH, CHAT).status == 200)


def test_a_revocation_cuts_open_streams(worker: RunningWorker, vendor: FakeVendor) -> None:
    vendor.reply(PATH, endless_stream(TICK))
    other = {"x_passgate_claims": claims("tok_2")}
    with (
        worker.open(PATH, {**CHAT, "stream": True}) as revoked,
        worker.open(PATH, {**CHAT, "stream": True}, **other) as kept,
    ):
        revoked.readline()
        worker.revoke(revocation(1, "tok_1"))
        rest = revoked.read()
        assert kept.readline()
        assert not vendor.requests[1].closed.is_set()
    assert b"token_revoked" in rest.rsplit(b"data: ", 1)[1]
    assert vendor.requests[0].closed.wait(10)
    cut, _ = worker.usage(2)
    assert (cut.outcome, cut.status, cut.error_code) == ("revoked", 200, "token_revoked")
    assert cut.usage_source == "estimate"  # a caller may revoke its own token
    assert cut.cost_micro_dollars > 0


def test_a_cut_anthropic_stream_says_so_in_its_own_format(worker: RunningWorker, vendor: FakeVendor) -> None:
    document = {"model": "claude", "max_tokens": 9, "stream": True, "messages": CHAT["messages"]}
    vendor.reply("/v1/messages", anthropic_stream(["word"] * 2000, gap=0.01))
    with worker.open("/v1/messages", document) as response:
        response.readline()
        worker.revoke(revocation(1, "tok_1"))
        rest = response.read()
    last = rest.rstrip().rsplit(b"\n\n", 1)[1]
    assert last.startswith(b"event: error\ndata: ")
    (record,) = worker.usage()
    assert (record.outcome, record.usage.input) == ("revoked", 12)


def test_a_revocation_ends_a_call_that_waits_for_its_answer(worker: RunningWorker, vendor: FakeVendor) -> None:
    vendor.reply(PATH, no_answer())
    connection = worker.send(PATH, CHAT)
    vendor.wait_for_requests(1)
    worker.revoke(revocation(1, "tok_1"))
    with connection.getresponse() as response:
        assert response.status == 401
        assert b"token_revoked" in response.read()
    connection.close()
    assert vendor.requests[0].closed.wait(10)
    (record,) = worker.usage()
    assert record.outcome == "revoked"
