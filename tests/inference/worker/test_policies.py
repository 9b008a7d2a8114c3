import json
from typing import Any

import pytest

from fake_vendor import FakeVendor, anthropic_stream, openai_chat, openai_stream, server_error, stream_reply
from fake_vendor.openai_replies import openai_events
from inference.worker.running_worker import RunningWorker, claims, config, deployment, model, provider, until
from passgate.contracts.ai_policy import AiPolicy, MaskingRule

PATH = "/v1/chat/completions"
CHAT: dict[str, Any] = {"model": "gpt", "messages": [{"role": "user", "content": "I am a@b.example"}]}
MAIL = MaskingRule(name="mail", kind="email")
CARD = MaskingRule(name="card", kind="card")


def ruled(worker: RunningWorker, vendor: FakeVendor, *policies: AiPolicy) -> None:
    """Put policies into force."""
    providers = [provider("oa", vendor.url), provider("an", vendor.url, dialect="anthropic")]
    models = [model("gpt", deployment("oa")), model("claude", deployment("an", "claude-sonnet-4-5"))]
    worker.configure(config(providers, models, version=2).model_copy(update={"policies": policies}))
    until(lambda: worker.call("/readyz").json()["snapshot_version"] == 2)


def said(body: bytes) -> str:
    """The text of a stream in OpenAI's or Anthropic's format."""
    found = [json.loads(line[6:]) for line in body.splitlines() if line.startswith(b"data: {")]
    deltas = [c["delta"].get("content") or "" for event in found for c in event.get("choices", ())]
    return "".join([*deltas, *(event["delta"].get("text", "") for event in found if "delta" in event)])


def test_requests_and_replies_are_masked_and_the_finds_counted(worker: RunningWorker, vendor: FakeVendor) -> None:
    ruled(worker, vendor, AiPolicy(id="p", masking=(MAIL, CARD)))
    vendor.reply(PATH, openai_chat("Pay 4111 1111 1111 1111"))
    answer = worker.call(PATH, CHAT)
    assert vendor.requests[0].json()["messages"][0]["content"] == "I am [masked:mail]"
    assert answer.json()["choices"][0]["message"]["content"] == "Pay [masked:card]"
    (record,) = worker.usage()
    assert [(hit.rule, hit.place, hit.count) for hit in record.masked] == [("mail", "request", 1), ("card", "reply", 1)]


@pytest.mark.parametrize("name", ["gpt", "claude"])
def test_a_find_across_the_events_of_a_stream_is_masked(worker: RunningWorker, vendor: FakeVendor, name: str) -> None:
    ruled(worker, vendor, AiPolicy(id="p", masking=(CARD,)))
    words = ("Pay ", "4111 11", "11 1", "111 111", "1 now", ", or 55000000", "00000004")
    vendor.reply(PATH, openai_stream(words))
    vendor.reply("/v1/messages", anthropic_stream(words))
    answer = worker.call(PATH, {**CHAT, "model": name, "stream": True})
    assert said(answer.body) == "Pay [masked:card] now, or [masked:card]"
    assert answer.body.endswith(b"data: [DONE]\n\n")
    (record,) = worker.usage()
    assert (record.outcome, record.masked[0].count) == ("ok", 2)
    assert record.cost_micro_dollars > 0


def test_an_anthropic_stream_is_masked_before_its_block_ends(worker: RunningWorker, vendor: FakeVendor) -> None:
    ruled(worker, vendor, AiPolicy(id="p", masking=(MAIL,)))
    vendor.reply("/v1/messages", anthropic_stream(("Ask a@", "b.exam", "ple")))
    answer = worker.call("/v1/messages", {**CHAT, "model": "claude", "max_tokens": 9, "stream": True})
    assert said(answer.body) == "Ask [masked:mail]"
    assert answer.body.index(b"[masked:mail]") < answer.body.index(b"content_block_stop")


def test_a_streamed_response_is_masked_wherever_it_tells_its_text(worker: RunningWorker, vendor: FakeVendor) -> None:
    ruled(worker, vendor, AiPolicy(id="p", masking=(CARD,)))
    vendor.reply(PATH, openai_stream(("Pay ", "4111 11", "11 1", "111 111", "1 now")))
    answer = worker.call("/v1/responses", {"model": "gpt", "input": "Hi", "stream": True})
    events = [json.loads(line[6:]) for line in answer.body.splitlines() if line.startswith(b"data: {")]
    deltas = [event["delta"] for event in events if event["type"] == "response.output_text.delta"]
    assert "".join(deltas) == "Pay [masked:card] now"
    [message] = events[-1]["response"]["output"]
    assert message["content"][0]["text"] == "Pay [masked:card] now"
    assert b"111" not in answer.body
    (record,) = worker.usage()
    assert [hit.count for hit in record.masked] == [1]  # however often the stream tells it


def test_what_is_blocked_never_reaches_the_vendor(worker: RunningWorker, vendor: FakeVendor) -> None:
    rule = MAIL.model_copy(update={"action": "block"})
    ruled(worker, vendor, AiPolicy(id="p", masking=(rule,)))
    answer = worker.call(PATH, CHAT)
    assert (answer.status, answer.json()["error"]["code"]) == (400, "content_blocked")
    assert vendor.requests == []
    (record,) = worker.usage()
    assert (record.error_code, record.masked[0].action) == ("content_blocked", "block")
    assert "a@b.example" not in repr(record)


def test_a_blocked_answer_is_an_error_and_has_its_price(worker: RunningWorker, vendor: FakeVendor) -> None:
    rule = CARD.model_copy(update={"action": "block"})
    ruled(worker, vendor, AiPolicy(id="p", masking=(rule,)))
    vendor.reply(PATH, openai_chat("4111111111111111"))
    answer = worker.call(PATH, CHAT)
    assert (answer.status, answer.json()["error"]["code"]) == (400, "content_blocked")
    assert b"4111" not in answer.body
    assert worker.usage()[0].cost_micro_dollars > 0


def test_a_blocked_stream_ends_in_an_error_event(worker: RunningWorker, vendor: FakeVendor) -> None:
    rule = CARD.model_copy(update={"action": "block"})
    ruled(worker, vendor, AiPolicy(id="p", masking=(rule,)))
    words = ("Good day, ", "this is it: ", "4111111111111111 ", "and more")
    vendor.reply(PATH, stream_reply(openai_events(words), gap=0.1))
    answer = worker.call(PATH, {**CHAT, "stream": True})
    assert said(answer.body).startswith("Good day, ")
    assert b"content_blocked" in answer.body
    assert b"4111" not in answer.body
    (record,) = worker.usage()
    assert (record.error_code, record.usage_source) == ("content_blocked", "estimate")
    assert record.usage.output == -(-len("".join(words)) // 3)


def test_a_policy_holds_for_what_it_names_only(worker: RunningWorker, vendor: FakeVendor) -> None:
    ruled(worker, vendor, AiPolicy(id="p", team_id="team_2", masking=(MAIL,)), AiPolicy(id="q", model="claude"))
    vendor.reply(PATH, openai_chat())
    worker.call(PATH, CHAT)
    assert "a@b.example" in vendor.requests[0].json()["messages"][0]["content"]


def test_limits_of_size_are_refused_by_name_or_filled_in(worker: RunningWorker, vendor: FakeVendor) -> None:
    ruled(worker, vendor, AiPolicy(id="p", max_prompt_bytes=200, max_output_tokens=50))
    large = worker.call(PATH, {**CHAT, "user": "x" * 200})
    assert (large.status, large.json()["error"]["code"]) == (413, "prompt_too_large")
    long = worker.call(PATH, {**CHAT, "max_tokens": 51})
    assert (long.status, long.json()["error"]["param"]) == (400, "max_tokens")
    vendor.reply(PATH, openai_chat(), openai_chat())
    worker.call(PATH, CHAT)
    worker.call(PATH, {**CHAT, "max_tokens": 7})
    assert vendor.requests[0].json()["max_completion_tokens"] == 50
    assert (vendor.requests[1].json()["max_tokens"], "max_completion_tokens" in vendor.requests[1].json()) == (7, False)


@pytest.mark.parametrize("stream", [False, True])
def test_a_same_request_is_answered_from_the_cache_at_no_cost(
    worker: RunningWorker, vendor: FakeVendor, *, stream: bool
) -> None:
    ruled(worker, vendor, AiPolicy(id="p", model="gpt", cache_seconds=60))
    vendor.reply(PATH, openai_stream() if stream else openai_chat())
    first = worker.call(PATH, {**CHAT, "stream": stream, "seed": 1})
    again = worker.call(PATH, raw=json.dumps({"seed": 1, "stream": stream, **CHAT}, indent=1).encode())
    assert (first.headers["x-passgate-cache"], again.headers["x-passgate-cache"]) == ("miss", "hit")
    assert again.body == first.body
    assert again.headers["content-type"] == first.headers["content-type"]
    assert len(vendor.requests) == 1
    paid, free = worker.usage(2)
    assert (paid.cached, paid.cost_micro_dollars > 0) == (False, True)
    assert (free.cached, free.cost_micro_dollars, free.outcome, free.usage.input) == (True, 0, "ok", 0)


def test_the_caller_may_ask_for_the_cache_or_do_without(worker: RunningWorker, vendor: FakeVendor) -> None:
    vendor.reply(PATH, openai_chat("1"), openai_chat("2"))
    asked = [worker.call(PATH, CHAT, x_passgate_cache="60") for _ in range(2)]
    assert [answer.headers["x-passgate-cache"] for answer in asked] == ["miss", "hit"]
    without = worker.call(PATH, CHAT, x_passgate_cache="off")
    assert "x-passgate-cache" not in without.headers
    assert without.json()["choices"][0]["message"]["content"] == "2"


def test_no_answer_crosses_from_one_application_to_another(worker: RunningWorker, vendor: FakeVendor) -> None:
    vendor.reply(PATH, openai_chat(), openai_chat())
    worker.call(PATH, CHAT, x_passgate_cache="60")
    other = worker.call(PATH, CHAT, x_passgate_cache="60", x_passgate_claims=claims(application="app_2"))
    assert other.headers["x-passgate-cache"] == "miss"
    assert len(vendor.requests) == 2


def test_a_wish_that_is_none_goes_to_no_vendor(worker: RunningWorker, vendor: FakeVendor) -> None:
    refused = worker.call(PATH, CHAT, x_passgate_cache="abc")
    assert (refused.status, refused.json()["error"]["param"]) == (400, "x-passgate-cache")
    assert vendor.requests == []


def test_a_failure_is_not_kept(worker: RunningWorker, vendor: FakeVendor) -> None:
    vendor.reply(PATH, server_error(), openai_chat())
    assert worker.call(PATH, CHAT, x_passgate_cache="60").status == 500
    assert worker.call(PATH, CHAT, x_passgate_cache="60").headers["x-passgate-cache"] == "miss"
