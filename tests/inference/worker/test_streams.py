import json
import threading
from collections.abc import Iterator
from http.client import HTTPResponse
from typing import Any

import pytest

from fake_vendor import (
    FakeVendor,
    Reply,
    aborted_stream,
    anthropic_stream,
    endless_stream,
    openai_stream,
    stalled_stream,
    stream_reply,
)
from fake_vendor.anthropic_replies import anthropic_events
from fake_vendor.openai_replies import openai_events
from inference.worker.running_worker import RunningWorker, until

CHAT: dict[str, Any] = {"model": "gpt", "stream": True, "messages": [{"role": "user", "content": "Hi"}]}
MESSAGE: dict[str, Any] = {"model": "claude", "max_tokens": 64, "stream": True, "messages": CHAT["messages"]}
TICK = openai_events(("tick",))[1]


def events(response: HTTPResponse) -> Iterator[str]:
    """The data of each event, as soon as it is there."""
    for line in iter(response.readline, b""):
        if line.startswith(b"data: "):
            yield line[6:].decode().strip()


def text_of(data: list[str]) -> str:
    chunks = [json.loads(item) for item in data if item != "[DONE]"]
    return "".join(c["delta"].get("content") or "" for chunk in chunks for c in chunk["choices"])


def test_a_stream_reaches_the_client_event_by_event(worker: RunningWorker, vendor: FakeVendor) -> None:
    vendor.reply("/v1/chat/completions", openai_stream(("Good ", "day"), prompt=100, completion=10))
    with worker.open("/v1/chat/completions", CHAT) as response:
        assert response.status == 200
        assert (response.getheader("content-type") or "").startswith("text/event-stream")
        assert response.getheader("x-passgate-model") == "gpt"
        data = list(events(response))
    assert text_of(data) == "Good day"
    assert data[-1] == "[DONE]"
    assert not any('"usage": {' in item for item in data)  # the client did not ask for it
    assert vendor.requests[0].json()["stream_options"] == {"include_usage": True}
    (record,) = worker.usage()
    assert (record.usage.input, record.usage.output, record.cost_micro_dollars) == (100, 10, 300)
    assert (record.outcome, record.finish_reason, record.stream) == ("ok", "stop", True)
    assert record.first_token_ms is not None


def test_the_client_gets_the_usage_that_it_asked_for(worker: RunningWorker, vendor: FakeVendor) -> None:
    vendor.reply("/v1/chat/completions", openai_stream(prompt=100))
    answer = worker.call("/v1/chat/completions", {**CHAT, "stream_options": {"include_usage": True}})
    assert b'"prompt_tokens": 100' in answer.body


def test_chunks_go_out_before_the_next_ones_come(worker: RunningWorker, vendor: FakeVendor) -> None:
    vendor.reply("/v1/chat/completions", endless_stream(TICK, gap=0.05))
    with worker.open("/v1/chat/completions", CHAT) as response:
        assert next(events(response))


def test_an_anthropic_stream_passes_as_it_is(worker: RunningWorker, vendor: FakeVendor) -> None:
    reply = anthropic_stream(("Bon", "jour"), prompt=50, completion=5)
    vendor.reply("/v1/messages", reply)
    answer = worker.call("/v1/messages", MESSAGE)
    assert answer.body == b"".join(reply.parts)
    (record,) = worker.usage()
    assert (record.usage.input, record.usage.output, record.cost_micro_dollars) == (50, 5, 150)


def test_a_chat_stream_from_an_anthropic_model_is_translated(worker: RunningWorker, vendor: FakeVendor) -> None:
    vendor.reply("/v1/messages", anthropic_stream(("Bon", "jour")))
    with worker.open("/v1/chat/completions", {**CHAT, "model": "claude"}) as response:
        data = list(events(response))
    assert text_of(data) == "Bonjour"
    assert data[-1] == "[DONE]"
    (record,) = worker.usage()
    assert (record.usage.output, record.finish_reason) == (9, "stop")


def test_the_usage_line_is_there_before_the_end_mark(worker: RunningWorker, vendor: FakeVendor) -> None:
    vendor.reply("/v1/chat/completions", openai_stream())
    with worker.open("/v1/chat/completions", CHAT) as response:
        for data in events(response):
            if data == "[DONE]":
                break
        assert len(worker._lines()) == 1


def test_a_vendor_that_lingers_after_its_end_mark_keeps_no_client_waiting(
    worker: RunningWorker, vendor: FakeVendor
) -> None:
    vendor.reply("/v1/chat/completions", stalled_stream(openai_events()))
    with worker.open("/v1/chat/completions", CHAT) as response:
        assert "[DONE]" in events(response)
    (record,) = worker.usage()
    assert (record.outcome, record.usage.input) == ("ok", 12)


def test_a_client_that_leaves_cancels_the_vendors_call_at_once(worker: RunningWorker, vendor: FakeVendor) -> None:
    vendor.reply("/v1/chat/completions", endless_stream(TICK))
    with worker.open("/v1/chat/completions", CHAT) as response:
        next(events(response))
    assert vendor.requests[0].closed.wait(10)
    (record,) = worker.usage()
    assert (record.outcome, record.status, record.error_code) == ("cancelled", 200, None)
    assert record.usage_source == "estimate"


def test_what_a_vendor_of_openai_s_format_had_not_counted_when_its_client_left_is_estimated(
    worker: RunningWorker, vendor: FakeVendor
) -> None:
    words = openai_events(("twelve bytes", "four"))[:3]
    vendor.reply("/v1/chat/completions", stalled_stream(words))
    with worker.open("/v1/chat/completions", CHAT) as response:
        read = events(response)
        assert [next(read) for _ in words]
    (record,) = worker.usage()
    prompt = len(json.dumps(CHAT)) // 3 + 1
    assert (record.usage.input, record.usage.output, record.usage_source) == (prompt, 6, "estimate")
    assert record.cost_micro_dollars == prompt * 2 + 6 * 10


def test_a_vendor_that_never_counts_does_not_make_its_streams_free(worker: RunningWorker, vendor: FakeVendor) -> None:
    vendor.reply("/v1/chat/completions", stream_reply(openai_events(("twelve bytes", "four"), usage=False)))
    with worker.open("/v1/chat/completions", CHAT) as response:
        assert list(events(response))[-1] == "[DONE]"
    (record,) = worker.usage()
    prompt = len(json.dumps(CHAT)) // 3 + 1
    assert (record.usage.input, record.usage.output, record.usage_source) == (prompt, 6, "estimate")
    assert (record.outcome, record.cost_micro_dollars) == ("ok", prompt * 2 + 6 * 10)


def test_a_client_that_leaves_just_before_the_count_pays_all_the_same(
    worker: RunningWorker, vendor: FakeVendor
) -> None:
    vendor.reply("/v1/chat/completions", stalled_stream(openai_events(("twelve bytes",))[:-2]))
    with worker.open("/v1/chat/completions", CHAT) as response:
        for data in events(response):
            if '"stop"' in data:
                break
    (record,) = worker.usage()
    assert (record.outcome, record.finish_reason, record.usage_source) == ("ok", "stop", "estimate")
    assert record.usage.output == 4


def test_no_more_output_is_charged_than_the_client_allowed(worker: RunningWorker, vendor: FakeVendor) -> None:
    vendor.reply("/v1/chat/completions", stalled_stream(openai_events(("word " * 300,))[:2]))
    with worker.open("/v1/chat/completions", {**CHAT, "max_completion_tokens": 20}) as response:
        read = events(response)
        assert [next(read), next(read)]
    (record,) = worker.usage()
    assert (record.usage.output, record.usage_source) == (20, "estimate")


def test_a_stream_that_never_began_costs_nothing(worker: RunningWorker, vendor: FakeVendor) -> None:
    vendor.reply("/v1/chat/completions", stalled_stream([b": one moment\n\n"]))
    connection = worker.send("/v1/chat/completions", CHAT)
    until(lambda: vendor.requests)
    threading.Event().wait(0.2)  # for the comment to arrive, which nobody sees
    connection.close()
    (record,) = worker.usage()
    assert (record.outcome, record.cost_micro_dollars, record.usage_source) == ("cancelled", 0, "none")


def test_a_cancelled_anthropic_stream_keeps_the_prompt_that_the_vendor_told(
    worker: RunningWorker, vendor: FakeVendor
) -> None:
    start = anthropic_events(prompt=1000)[:4]
    vendor.reply("/v1/messages", stream_reply([*start, *[start[-1]] * 500], gap=0.01))
    with worker.open("/v1/messages", MESSAGE) as response:
        read = events(response)
        assert [next(read) for _ in start]
    (record,) = worker.usage()
    assert (record.outcome, record.usage.input, record.usage_source) == ("cancelled", 1000, "estimate")
    assert record.usage.output > 1
    assert record.cost_micro_dollars == 1000 * 2 + record.usage.output * 10


def test_an_anthropic_stream_that_is_left_before_its_first_word_costs_what_the_vendor_told(
    worker: RunningWorker, vendor: FakeVendor
) -> None:
    vendor.reply("/v1/messages", stalled_stream(anthropic_events(prompt=1000)[:1]))
    with worker.open("/v1/messages", MESSAGE) as response:
        next(events(response))
    (record,) = worker.usage()
    assert (record.usage.input, record.usage.output, record.usage_source) == (1000, 1, "vendor")


def test_an_error_in_mid_stream_is_logged_and_charged_as_far_as_the_vendor_told(
    worker: RunningWorker, vendor: FakeVendor
) -> None:
    error = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    broken = [*anthropic_events(prompt=1000)[:4], b"event: error\ndata: %b\n\n" % json.dumps(error).encode()]
    vendor.reply("/v1/messages", stream_reply(broken, gap=0.02))
    with worker.open("/v1/chat/completions", {**CHAT, "model": "claude"}) as response:
        data = list(events(response))
    assert json.loads(data[-1])["error"]["message"] == "Overloaded"
    (record,) = worker.usage()
    assert (record.outcome, record.status, record.usage_source) == ("error", 200, "vendor")
    assert record.error_code is not None
    assert record.cost_micro_dollars == 1000 * 2 + 1 * 10


def test_a_client_that_has_all_and_leaves_has_cancelled_nothing(worker: RunningWorker, vendor: FakeVendor) -> None:
    vendor.reply("/v1/chat/completions", stream_reply([*openai_events(), *[b": wait\n\n"] * 500], gap=0.02))
    with worker.open("/v1/chat/completions", CHAT) as response:
        for data in events(response):
            if data == "[DONE]":
                break
    (record,) = worker.usage()
    assert (record.outcome, record.usage.input, record.usage.output) == ("ok", 12, 9)
    assert record.usage_source == "vendor"


@pytest.mark.parametrize("count", [2, 3])
def test_a_stream_cut_by_the_vendor_ends_in_an_error_event(
    worker: RunningWorker, vendor: FakeVendor, count: int
) -> None:
    vendor.reply("/v1/chat/completions", aborted_stream(openai_events()[:count], gap=0.02))
    with worker.open("/v1/chat/completions", CHAT) as response:
        data = list(events(response))
    assert json.loads(data[-1])["error"]["code"] == "vendor_stream_truncated"
    (record,) = worker.usage()
    assert (record.outcome, record.error_code, record.status) == ("error", "vendor_stream_truncated", 200)
    assert (record.cost_micro_dollars, record.usage_source) == (0, "none")


def test_a_slow_reader_slows_the_vendor(worker: RunningWorker, vendor: FakeVendor) -> None:
    parts = CountedParts(TICK.replace(b"tick", b"x" * 60_000), limit=2000)  # 120 MB, were nobody to hold back
    vendor.reply("/v1/chat/completions", Reply(content_type="text/event-stream", parts=parts, stream=True))
    with worker.open("/v1/chat/completions", CHAT) as response:
        next(events(response))
        assert until(parts.stands_still) < 500
    assert vendor.requests[0].closed.wait(10)


class CountedParts:
    """The same part many times; counts those that were taken."""

    def __init__(self, part: bytes, limit: int) -> None:
        self._part, self._limit, self._seen, self.taken = part, limit, 0, 0

    def __iter__(self) -> Iterator[bytes]:
        while self.taken < self._limit:
            self.taken += 1
            yield self._part

    def stands_still(self) -> int:
        """How many were taken, once no more are."""
        seen, self._seen = self._seen, self.taken
        threading.Event().wait(0.2)  # that nothing happens can only be seen by waiting
        return self.taken if seen == self.taken else 0
