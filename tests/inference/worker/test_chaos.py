"""Vendors that misbehave in every way: each call gets the right answer or the right error, and its right charge."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from fake_vendor import (
    FakeVendor,
    Reply,
    aborted_stream,
    dripping,
    dropped_connection,
    garbage,
    not_http,
    openai_chat,
    openai_stream,
    rate_limited,
    reset_connection,
    server_error,
    stream_reply,
    wrong_content_type,
)
from fake_vendor.openai_replies import openai_events
from inference.worker.running_worker import RunningWorker, claims, config, deployment, model, provider, until
from passgate.contracts.routing import RoutingRules
from passgate.inference.worker.options import WorkerLimits

PATH = "/v1/chat/completions"
CHAT: dict[str, Any] = {"model": "gpt", "messages": [{"role": "user", "content": "Hi"}]}
STREAM = {**CHAT, "stream": True}
LARGE = b"x" * 10_000_000


@pytest.fixture
def other() -> Iterator[FakeVendor]:
    with FakeVendor() as vendor:
        yield vendor


def started(folder: Path, vendor: FakeVendor, other: FakeVendor | None = None, **rules: Any) -> RunningWorker:
    worker = RunningWorker(folder, WorkerLimits(first_byte=5, first_byte_unstreamed=5, silence=5, whole=20))
    providers, deployments = [provider("oa", vendor.url)], [deployment("oa")]
    if other is not None:
        providers.append(provider("ob", other.url))
        deployments.append(deployment("ob", priority=1))
    worker.configure(config(providers, [model("gpt", *deployments, routing=RoutingRules(**rules))]))
    return worker


async def storm(url: str, documents: list[dict[str, Any]]) -> list[httpx.Response]:
    headers = {"x-passgate-claims": claims()}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=30) as client:
        return await asyncio.gather(*(client.post(PATH, json=document) for document in documents))


def test_a_storm_of_every_fault_is_answered_by_the_second_choice_alone(
    tmp_path: Path, vendor: FakeVendor, other: FakeVendor
) -> None:
    large_error = Reply(status=500, parts=(LARGE,))
    faults = [
        rate_limited("30"), server_error(500), server_error(529), dropped_connection(), not_http(), garbage(),
        large_error, aborted_stream([b"data: {\n\n"]), wrong_content_type(openai_stream()),
    ]  # fmt: skip
    seen = iter(range(10_000))
    vendor.reply(PATH, lambda _: faults[next(seen) % len(faults)])
    other.reply(PATH, lambda request: openai_stream() if request.json().get("stream") else openai_chat())
    documents = [CHAT, STREAM] * 60
    with started(tmp_path, vendor, other) as worker:
        answers = asyncio.run(storm(worker.url, documents))
        records = worker.usage(len(documents))
        assert {answer.status_code for answer in answers} == {200}
        assert {answer.headers["x-passgate-provider"] for answer in answers} == {"ob"}
        assert all(
            one.text.endswith("data: [DONE]\n\n") for one in answers if "event-stream" in one.headers["content-type"]
        )
        assert {(record.outcome, record.deployment_id) for record in records} == {("ok", "dep_ob")}
        assert len({record.cost_micro_dollars for record in records}) == 1
        assert len(vendor.requests) < len(documents)  # it was left alone after a while
        until(lambda: not worker._server._app._state.calls)


@pytest.mark.parametrize(
    ("reply", "status", "code"),
    [
        (Reply(status=500, parts=(LARGE,)), 500, "vendor_error"),
        (Reply(status=429, parts=(LARGE,), headers={"retry-after": "9"}), 429, "vendor_rate_limited"),
        (wrong_content_type(Reply(parts=(LARGE,))), 502, "vendor_invalid_response"),
        (openai_chat("y" * 10_000_000), 200, None),
    ],
)
def test_bodies_of_ten_megabytes(
    tmp_path: Path, vendor: FakeVendor, reply: Reply, status: int, code: str | None
) -> None:
    vendor.reply(PATH, reply)
    with started(tmp_path, vendor) as worker:
        answer = worker.call(PATH, CHAT)
        (record,) = worker.usage()
    assert (answer.status, record.error_code) == (status, code)
    assert (record.cost_micro_dollars > 0) == (status == 200)
    assert status == 200 or len(answer.body) < 4000


@pytest.mark.parametrize(("size", "outcome"), [(1_000_000, "ok"), (40_000_000, "error")])
def test_events_of_a_megabyte_pass_and_endless_ones_do_not(
    tmp_path: Path, vendor: FakeVendor, size: int, outcome: str
) -> None:
    first, *rest = openai_events(["z" * size])
    vendor.reply(PATH, stream_reply([first, *rest]))
    with started(tmp_path, vendor) as worker:
        body = worker.call(PATH, STREAM).body
        (record,) = worker.usage()
    assert record.outcome == outcome
    assert (b"z" * size in body) == (outcome == "ok")


def test_garbled_streams_end_in_the_right_words_and_open_the_circuit(
    tmp_path: Path, vendor: FakeVendor, other: FakeVendor
) -> None:
    events = openai_events()
    vendor.reply(PATH, stream_reply([*events[:2], b"data: {garbled\n\n", *events[2:]], gap=0.05))
    other.reply(PATH, openai_stream())
    with started(tmp_path, vendor, other) as worker:
        bodies = [worker.call(PATH, STREAM).body for _ in range(7)]
        records = worker.usage(7)
    told = Counter((record.deployment_id, record.outcome, record.error_code) for record in records)
    assert told == {("dep_oa", "error", "vendor_invalid_response"): 5, ("dep_ob", "ok", None): 2}
    assert all(b'"error"' in body for body in bodies[:5])


def test_a_storm_of_429_is_told_as_it_is_and_passes(tmp_path: Path, vendor: FakeVendor) -> None:
    vendor.reply(PATH, rate_limited("3"))
    with started(tmp_path, vendor) as worker:
        answers = asyncio.run(storm(worker.url, [CHAT, STREAM] * 40))
        assert {(one.status_code, one.headers["retry-after"]) for one in answers} == {(429, "3")}
        assert {one.json()["error"]["code"] for one in answers} == {"rate_limit_exceeded"}
        vendor.reply(PATH, openai_chat())
        assert worker.call(PATH, CHAT).status == 200
        records = worker.usage(81)
    told = Counter((one.outcome, one.error_code, one.cost_micro_dollars > 0) for one in records)
    assert told == {("error", "vendor_rate_limited", False): 80, ("ok", None, True): 1}


EVENTS = openai_events()
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n"


@pytest.mark.parametrize(
    ("reply", "document"),
    [
        (reset_connection(raw=True), CHAT),
        (reset_connection([HEAD], raw=True), CHAT),
        (reset_connection([b'{"id": "c']), CHAT),
        (reset_connection(raw=True), STREAM),
        (reset_connection([b"data: {"], stream=True), STREAM),
    ],
)
def test_a_reset_before_anything_was_told_leads_to_the_next_choice(
    tmp_path: Path, vendor: FakeVendor, other: FakeVendor, reply: Reply, document: dict[str, Any]
) -> None:
    vendor.reply(PATH, reply)
    other.reply(PATH, openai_stream() if document is STREAM else openai_chat())
    with started(tmp_path, vendor) as worker:
        alone = worker.call(PATH, document)
        (record,) = worker.usage()
    assert (alone.status, record.outcome, record.cost_micro_dollars) == (502, "error", 0)
    assert record.error_code in {"vendor_invalid_response", "vendor_unreachable"}
    (tmp_path / "pair").mkdir()
    with started(tmp_path / "pair", vendor, other) as worker:
        assert worker.call(PATH, document).headers["x-passgate-provider"] == "ob"
        (record,) = worker.usage()
    assert (record.outcome, record.deployment_id) == ("ok", "dep_ob")


def test_a_reset_in_mid_stream_is_an_error_there_and_in_the_log(
    tmp_path: Path, vendor: FakeVendor, other: FakeVendor
) -> None:
    vendor.reply(PATH, reset_connection(EVENTS[:3], stream=True))
    with started(tmp_path, vendor, other) as worker:
        answer = worker.call(PATH, STREAM)
        (record,) = worker.usage()
        until(lambda: not worker._server._app._state.calls)
    assert answer.status == 200
    assert b'"error"' in answer.body
    assert b"[DONE]" not in answer.body
    assert (record.outcome, record.deployment_id, other.requests) == ("error", "dep_oa", [])


@pytest.mark.parametrize(
    ("reply", "document", "status"),
    [
        (dripping(Reply(parts=(HEAD,)), raw=True), CHAT, 504),
        (dripping(Reply(parts=(HEAD,)), raw=True), STREAM, 504),
        (dripping(openai_chat("slow" * 100)), CHAT, 504),
        (dripping(openai_stream()), STREAM, 504),
        (stream_reply(EVENTS[:2] + EVENTS[1:2] * 100, gap=0.1), STREAM, 200),
    ],
)
def test_a_vendor_that_drips_keeps_nobody_longer_than_the_limits(
    tmp_path: Path, vendor: FakeVendor, reply: Reply, document: dict[str, Any], status: int
) -> None:
    """No silence is long enough to be one, and yet the call ends, and with it the vendor's."""
    vendor.reply(PATH, reply)
    worker = RunningWorker(tmp_path, WorkerLimits(first_byte=0.8, first_byte_unstreamed=0.8, silence=0.5, whole=1.6))
    worker.configure(config([provider("oa", vendor.url)], [model("gpt", deployment("oa"))]))
    with worker:
        answer = worker.call(PATH, document)
        (record,) = worker.usage()
    assert (answer.status, record.error_code) == (status, "vendor_timeout")
    assert b'"error"' in answer.body
    assert record.latency_ms < 2500
    assert vendor.requests[0].closed.wait(2)
