import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fake_vendor import (
    FakeVendor,
    Reply,
    aborted_stream,
    closed_port,
    dropped_connection,
    garbage,
    no_answer,
    not_http,
    openai_chat,
    openai_stream,
    rate_limited,
    server_error,
    stalled_stream,
    stream_reply,
    wrong_content_type,
)
from fake_vendor.openai_replies import openai_events
from inference.worker.running_worker import RunningWorker, config, deployment, model, provider
from passgate.inference.worker.options import WorkerLimits

PATH = "/v1/chat/completions"
CHAT: dict[str, Any] = {"model": "gpt", "messages": [{"role": "user", "content": "Hi"}]}
STREAM = {**CHAT, "stream": True}
HASTY = WorkerLimits(connect=1, first_byte=0.4, first_byte_unstreamed=0.4, silence=0.4, whole=3)


@pytest.fixture
def other() -> Iterator[FakeVendor]:
    with FakeVendor() as vendor:
        yield vendor


@pytest.fixture
def hasty(tmp_path: Path, vendor: FakeVendor) -> Iterator[RunningWorker]:
    """A worker of little patience, with one deployment at the fake vendor."""
    worker = RunningWorker(tmp_path, HASTY)
    worker.configure(config([provider("oa", vendor.url)], [model("gpt", deployment("oa"))]))
    with worker:
        yield worker


@pytest.fixture
def pair(tmp_path: Path, vendor: FakeVendor, other: FakeVendor) -> Iterator[RunningWorker]:
    """A worker of little patience, with a second deployment at another vendor under another key."""
    worker = RunningWorker(tmp_path, HASTY)
    first, second = provider("oa", vendor.url, key="sk-first"), provider("ob", other.url, key="sk-second")
    worker.configure(config([first, second], [model("gpt", deployment("oa"), deployment("ob", "gpt-b", priority=1))]))
    with worker:
        yield worker


def test_a_vendor_that_is_down(tmp_path: Path) -> None:
    with closed_port() as url:
        worker = RunningWorker(tmp_path, HASTY)
        worker.configure(config([provider("oa", url)], [model("gpt", deployment("oa"))]))
        with worker:
            answer = worker.call(PATH, CHAT)
            (record,) = worker.usage()
    assert (answer.status, answer.json()["error"]["code"]) == (502, "vendor_unreachable")
    assert (record.outcome, record.error_code, record.deployment_id) == ("error", "vendor_unreachable", "dep_oa")


@pytest.mark.parametrize("document", [CHAT, STREAM])
@pytest.mark.parametrize(
    ("reply", "status", "code"),
    [
        (no_answer(), 504, "vendor_timeout"),
        (openai_chat(delay=2), 504, "vendor_timeout"),
        (Reply(parts=(b'{"id": "c',), ending="silence"), 504, "vendor_timeout"),
        (dropped_connection(), 502, "vendor_invalid_response"),
        (not_http(), 502, "vendor_invalid_response"),
        (garbage(), 502, "vendor_invalid_response"),
        (Reply(parts=(b'{"id": "c',), ending="abort"), 502, "vendor_invalid_response"),
        (Reply(parts=(b"gz?",), headers={"content-encoding": "gzip"}), 502, "vendor_invalid_response"),
        (Reply(status=302, headers={"location": "http://127.0.0.1:1/"}), 502, "vendor_invalid_response"),
        (server_error(500), 500, "vendor_error"),
        (server_error(503), 503, "vendor_overloaded"),
        (server_error(401), 502, "vendor_auth_failed"),
    ],
)
def test_each_fault_has_its_status_and_code(
    hasty: RunningWorker, vendor: FakeVendor, reply: Reply, document: Any, status: int, code: str
) -> None:
    vendor.reply(PATH, reply)
    answer = hasty.call(PATH, document)
    assert answer.status == status
    assert "error" in answer.json()
    (record,) = hasty.usage()
    assert (record.status, record.error_code, record.outcome) == (status, code, "error")
    assert (record.cost_micro_dollars, record.usage_source) == (0, "none")
    until_closed = [asked for asked in vendor.requests if reply.ending == "silence"]
    assert all(asked.closed.wait(10) for asked in until_closed)


def test_a_rate_limit_comes_through_with_its_waiting_time(hasty: RunningWorker, vendor: FakeVendor) -> None:
    vendor.reply(PATH, rate_limited("7"))
    answer = hasty.call(PATH, CHAT)
    assert (answer.status, answer.headers["retry-after"]) == (429, "7")
    assert answer.json()["error"]["code"] == "rate_limit_exceeded"
    (record,) = hasty.usage()
    assert record.error_code == "vendor_rate_limited"


@pytest.mark.parametrize(
    ("reply", "status", "code"),
    [
        (openai_chat(), 502, "vendor_invalid_response"),
        (wrong_content_type(openai_stream()), 502, "vendor_invalid_response"),
        (aborted_stream([]), 502, "vendor_invalid_response"),
        (stalled_stream([]), 504, "vendor_timeout"),
    ],
)
def test_a_stream_that_never_begins_is_an_answer_with_a_status(
    hasty: RunningWorker, vendor: FakeVendor, reply: Reply, status: int, code: str
) -> None:
    vendor.reply(PATH, reply)
    answer = hasty.call(PATH, STREAM)
    assert (answer.status, answer.json()["error"]["code"]) == (status, code)
    (record,) = hasty.usage()
    assert record.error_code == code


def test_what_a_vendor_reports_beside_a_wrong_answer_is_charged(hasty: RunningWorker, vendor: FakeVendor) -> None:
    vendor.reply(PATH, openai_chat(prompt=1000))
    assert hasty.call(PATH, STREAM).status == 502
    (record,) = hasty.usage()
    assert (record.outcome, record.usage.input, record.usage_source) == ("error", 1000, "vendor")


def test_a_stream_that_falls_silent_ends_in_an_error_event(hasty: RunningWorker, vendor: FakeVendor) -> None:
    vendor.reply(PATH, stalled_stream(openai_events()[:2]))
    answer = hasty.call(PATH, STREAM)
    last = answer.body.rstrip().rsplit(b"data: ", 1)[1]
    assert json.loads(last)["error"]["code"] == "vendor_timeout"
    assert vendor.requests[0].closed.wait(10)
    (record,) = hasty.usage()
    assert (record.status, record.outcome, record.error_code) == (200, "error", "vendor_timeout")


def test_a_client_that_leaves_before_the_answer_cancels_the_vendors_call(
    worker: RunningWorker, vendor: FakeVendor
) -> None:
    vendor.reply(PATH, no_answer())
    connection = worker.send(PATH, CHAT)
    vendor.wait_for_requests(1)
    connection.close()
    assert vendor.requests[0].closed.wait(10)
    (record,) = worker.usage()
    assert (record.status, record.outcome) == (499, "cancelled")


@pytest.mark.parametrize("document", [CHAT, STREAM])
@pytest.mark.parametrize(
    "fault", [no_answer(), dropped_connection(), not_http(), rate_limited(), server_error(500), server_error(529)]
)
def test_the_next_deployment_steps_in_with_its_own_credential(
    pair: RunningWorker, vendor: FakeVendor, other: FakeVendor, fault: Reply, document: Any
) -> None:
    vendor.reply(PATH, fault)
    other.reply(PATH, openai_stream() if document is STREAM else openai_chat())
    answer = pair.call(PATH, document)
    assert (answer.status, answer.headers["x-passgate-provider"]) == (200, "ob")
    assert vendor.requests[0].headers["authorization"] == "Bearer sk-first"
    assert other.requests[0].headers["authorization"] == "Bearer sk-second"
    assert other.requests[0].json()["model"] == "gpt-b"
    (record,) = pair.usage()
    assert (record.outcome, record.deployment_id, record.error_code) == ("ok", "dep_ob", None)


@pytest.mark.parametrize(
    "fault",
    [
        aborted_stream([]),
        stalled_stream([]),
        aborted_stream([b"data: {\n\n"]),
        stream_reply([b"data: [DONE]\n\n"]),
    ],
)
def test_a_stream_that_never_begins_goes_to_the_next_deployment(
    pair: RunningWorker, vendor: FakeVendor, other: FakeVendor, fault: Reply
) -> None:
    vendor.reply(PATH, fault)
    other.reply(PATH, openai_stream())
    answer = pair.call(PATH, STREAM)
    assert (answer.status, answer.headers["x-passgate-provider"]) == (200, "ob")
    assert answer.body.endswith(b"data: [DONE]\n\n")


@pytest.mark.parametrize("begun", [aborted_stream(openai_events()[:3], gap=0.02), stalled_stream(openai_events()[:3])])
def test_a_stream_that_has_begun_is_never_begun_again(
    pair: RunningWorker, vendor: FakeVendor, other: FakeVendor, begun: Reply
) -> None:
    vendor.reply(PATH, begun)
    assert b'"error"' in pair.call(PATH, STREAM).body
    assert other.requests == []
    assert len(pair.usage()) == 1


def test_a_request_that_the_vendor_refuses_is_not_tried_elsewhere(
    pair: RunningWorker, vendor: FakeVendor, other: FakeVendor
) -> None:
    vendor.reply(PATH, server_error(400))
    assert pair.call(PATH, CHAT).status == 400
    assert other.requests == []


def test_when_all_fail_the_caller_hears_the_last_one(
    pair: RunningWorker, vendor: FakeVendor, other: FakeVendor
) -> None:
    vendor.reply(PATH, no_answer())
    other.reply(PATH, rate_limited())
    answer = pair.call(PATH, CHAT)
    assert (answer.status, answer.headers["x-passgate-provider"]) == (429, "ob")
    assert len(pair.usage()) == 1


def test_the_limit_of_the_whole_call_holds_over_all_attempts(
    tmp_path: Path, vendor: FakeVendor, other: FakeVendor
) -> None:
    worker = RunningWorker(tmp_path, WorkerLimits(whole=0.5))
    providers = [provider("oa", vendor.url), provider("ob", other.url)]
    worker.configure(config(providers, [model("gpt", deployment("oa"), deployment("ob", priority=1))]))
    vendor.reply(PATH, no_answer())
    other.reply(PATH, openai_chat())
    with worker:
        assert worker.call(PATH, CHAT).status == 504
    assert other.requests == []


def test_bodies_over_the_limit(tmp_path: Path, vendor: FakeVendor) -> None:
    worker = RunningWorker(tmp_path, WorkerLimits(request_bytes=1000, reply_bytes=2000))
    worker.configure(config([provider("oa", vendor.url)], [model("gpt", deployment("oa"))]))
    vendor.reply(PATH, openai_chat("x" * 3000))
    with worker:
        answer = worker.call(PATH, {**CHAT, "user": "u" * 1000})
        assert (answer.status, answer.json()["error"]["code"]) == (413, "body_too_large")
        answer = worker.call(PATH, CHAT)
        assert (answer.status, answer.json()["error"]["code"]) == (502, "vendor_invalid_response")


def test_a_silent_vendor_s_client_hears_signs_of_life(tmp_path: Path, vendor: FakeVendor) -> None:
    worker = RunningWorker(tmp_path, WorkerLimits(keep_alive=0.05, silence=0.4))
    worker.configure(config([provider("oa", vendor.url)], [model("gpt", deployment("oa"))]))
    vendor.reply(PATH, stalled_stream(openai_events()[:2]))
    with worker:
        body = worker.call(PATH, {**CHAT, "stream": True}).body
        (record,) = worker.usage()
    assert 2 <= body.count(b": keep-alive\n\n") <= 8
    assert b'"error"' in body.rpartition(b"keep-alive")[2]
    assert (record.outcome, record.status) == ("error", 200)
