"""Anthropic clients with OpenAI-compatible models: answers back."""

import json
from typing import Any

import pytest

from inference.translation.answers import anthropic_stream, events
from inference.translation.calls import opened, plain_exchange, replied, sent, streamed, target

USER = {"role": "user", "content": "Hello"}


def sent_again(content: Any, **profile: Any) -> tuple[dict[str, Any], tuple[str, ...]]:
    """What the vendor gets when a client sends an answer back."""
    turns = [USER, {"role": "assistant", "content": content}, USER]
    document = {"model": "public", "max_tokens": 100, "messages": turns}
    exchange = opened("anthropic-messages", document, target("openai", **profile))
    return sent(exchange), exchange.dropped


def calls(*told: tuple[str, str]) -> list[dict[str, Any]]:
    return [
        {"id": name, "type": "function", "function": {"name": "look", "arguments": arguments}}
        for name, arguments in told
    ]


COMPLETION = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 5,
    "model": "gpt-x",
    "service_tier": "default",
    "choices": [
        {
            "index": 0,
            "finish_reason": "stop",
            "message": {
                "role": "assistant",
                "content": "Found it.",
                "reasoning": "Hm.",
                "annotations": [
                    {
                        "type": "url_citation",
                        "url_citation": {"url": "https://x.example", "title": "X", "start_index": 6, "end_index": 8},
                    }
                ],
                "executed_tools": [{"type": "search"}],
                "tool_calls": calls(("call_1", '{"at": 1}'), ("call_2", '{"at')),
            },
        }
    ],
    "usage": {
        "prompt_tokens": 60,
        "completion_tokens": 40,
        "total_tokens": 100,
        "prompt_tokens_details": {"cached_tokens": 20, "cache_write_tokens": 30},
        "completion_tokens_details": {"reasoning_tokens": 5},
    },
}


def test_a_whole_answer() -> None:
    reply = replied(plain_exchange("anthropic-messages", "openai"), COMPLETION)
    citation = {
        "type": "web_search_result_location",
        "url": "https://x.example",
        "title": "X",
        "cited_text": "it",
        "encrypted_index": "",
    }
    assert json.loads(reply.body) == {
        "id": "chatcmpl-1",
        "type": "message",
        "role": "assistant",
        "model": "gpt-x",
        "content": [
            {"type": "thinking", "thinking": "Hm.", "signature": ""},
            {"type": "text", "text": "Found it.", "citations": [citation]},
            {"type": "tool_use", "id": "call_1", "name": "look", "input": {"at": 1}},
            {"type": "tool_use", "id": "call_2", "name": "look", "input": {"_unparsed": '{"at'}},
        ],
        "stop_reason": "tool_use",
        "stop_sequence": None,
        "usage": {
            "input_tokens": 10,
            "cache_creation_input_tokens": 30,
            "cache_read_input_tokens": 20,
            "output_tokens": 40,
            "output_tokens_details": {"thinking_tokens": 5},
            "service_tier": "standard",
        },
        "vendor_blocks": [
            {"format": "openai", "block": {"type": "executed_tools", "executed_tools": [{"type": "search"}]}}
        ],
    }
    assert reply.finish_reason == "tool_calls"
    assert reply.usage is not None
    assert (reply.usage.input, reply.usage.reasoning) == (60, 5)


def chunk(delta: dict[str, Any], finish: str | None = None, **more: Any) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"id": "chatcmpl-1", "model": "gpt-x", "created": 5, "choices": [choice], **more}


def call(index: int, arguments: str, **more: str) -> dict[str, Any]:
    function = {"arguments": arguments, **({"name": more.pop("name")} if "name" in more else {})}
    return {"tool_calls": [{"index": index, "function": function, **more}]}


def stream_of(*told: Any) -> bytes:
    return b"".join(b"data: " + json.dumps(event).encode() + b"\n\n" for event in told) + b"data: [DONE]\n\n"


USAGE = {"prompt_tokens": 7, "completion_tokens": 3, "prompt_tokens_details": {"cached_tokens": 2}}


def test_a_whole_stream() -> None:
    stream = stream_of(
        chunk({"role": "assistant", "content": ""}),
        chunk({"reasoning_content": "Hm."}),
        chunk({"content": "I "}),
        chunk({"content": "look."}),
        chunk(call(0, "", id="call_1", name="look")),
        chunk(call(0, '{"at":')),
        chunk(call(0, "1}")),
        chunk(call(1, "{}", id="call_2", name="look")),
        chunk({}, "tool_calls"),
        {"id": "chatcmpl-1", "choices": [], "usage": USAGE},
    )
    out, error = streamed(plain_exchange("anthropic-messages", "openai", stream=True), stream)
    assert error is None
    told = events(out)
    zeros = {"input_tokens": 0, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0, "output_tokens": 0}
    message = {"id": "chatcmpl-1", "type": "message", "role": "assistant", "model": "gpt-x", "content": []}
    message.update({"stop_reason": None, "stop_sequence": None, "usage": zeros})

    def start(index: int, block: dict[str, Any]) -> dict[str, Any]:
        return {"type": "content_block_start", "index": index, "content_block": block}

    def delta(index: int, told: dict[str, Any]) -> dict[str, Any]:
        return {"type": "content_block_delta", "index": index, "delta": told}

    def stop(index: int) -> dict[str, Any]:
        return {"type": "content_block_stop", "index": index}

    usage = {**zeros, "input_tokens": 5, "cache_read_input_tokens": 2, "output_tokens": 3}
    assert told == [
        {"type": "message_start", "message": message},
        start(0, {"type": "thinking", "thinking": "", "signature": ""}),
        delta(0, {"type": "thinking_delta", "thinking": "Hm."}),
        stop(0),
        start(1, {"type": "text", "text": ""}),
        delta(1, {"type": "text_delta", "text": "I "}),
        delta(1, {"type": "text_delta", "text": "look."}),
        stop(1),
        start(2, {"type": "tool_use", "id": "call_1", "name": "look", "input": {}}),
        delta(2, {"type": "input_json_delta", "partial_json": '{"at":'}),
        delta(2, {"type": "input_json_delta", "partial_json": "1}"}),
        stop(2),
        start(3, {"type": "tool_use", "id": "call_2", "name": "look", "input": {}}),
        delta(3, {"type": "input_json_delta", "partial_json": "{}"}),
        stop(3),
        {"type": "message_delta", "delta": {"stop_reason": "tool_use", "stop_sequence": None}, "usage": usage},
        {"type": "message_stop"},
    ]
    names = [line[7:].decode() for line in out.split(b"\n") if line.startswith(b"event: ")]
    assert names == [event["type"] for event in told]


@pytest.mark.parametrize("same_index", [False, True])
def test_parallel_calls_stay_apart_even_under_one_index(same_index: bool) -> None:  # noqa: FBT001 - a case
    other = 0 if same_index else 1
    stream = stream_of(
        chunk(call(0, '{"a":1}', id="call_1", name="f")),
        chunk(call(other, '{"b":', id="call_2", name="g")),
        chunk(call(other, "2}")),
        chunk({}, "stop"),
    )
    out, _ = streamed(plain_exchange("anthropic-messages", "openai", stream=True), stream)
    answer = anthropic_stream(out)
    assert answer.calls == [("call_1", "f", {"a": 1}), ("call_2", "g", {"b": 2})]
    assert answer.stop == "tool_use"


def test_interleaved_calls_stay_apart() -> None:
    stream = stream_of(
        chunk(call(0, '{"a":', id="call_1", name="f")),
        chunk(call(1, '{"b":', id="call_2", name="g")),
        chunk(call(0, "1}")),
        chunk(call(1, "2}")),
        chunk({}, "tool_calls"),
    )
    out, _ = streamed(plain_exchange("anthropic-messages", "openai", stream=True), stream)
    assert anthropic_stream(out).calls == [("call_1", "f", {"a": 1}), ("call_2", "g", {"b": 2})]


@pytest.mark.parametrize(
    ("message", "finish", "stop", "text"),
    [
        ({"content": "x"}, "stop", "end_turn", "x"),
        ({"content": "x"}, "length", "max_tokens", "x"),
        ({"content": "x"}, "content_filter", "refusal", "x"),
        ({"content": None, "refusal": "No."}, "stop", "refusal", "No."),
        ({"content": "x"}, "brand_new", "end_turn", "x"),
    ],
)
def test_every_finish_reason(message: dict[str, Any], finish: str, stop: str, text: str) -> None:
    document = {**COMPLETION, "choices": [{"index": 0, "finish_reason": finish, "message": message}]}
    body = json.loads(replied(plain_exchange("anthropic-messages", "openai"), document).body)
    assert (body["stop_reason"], body["content"]) == (stop, [{"type": "text", "text": text}])
    out, _ = streamed(
        plain_exchange("anthropic-messages", "openai", stream=True), stream_of(chunk(message), chunk({}, finish))
    )
    answer = anthropic_stream(out)
    assert (answer.stop, answer.text) == (stop, text)


def test_another_familys_signature_comes_back_as_it_was() -> None:
    detail = {
        "type": "reasoning.encrypted",
        "data": "SECRET",
        "format": "openai-responses-v1",
        "id": "rs_1",
        "index": 0,
    }
    message = {"role": "assistant", "content": "Hi", "reasoning_details": [detail]}
    document = {**COMPLETION, "choices": [{"index": 0, "finish_reason": "stop", "message": message}]}
    content = json.loads(replied(plain_exchange("anthropic-messages", "openai"), document).body)["content"]
    assert content[0]["type"] == "redacted_thinking"
    assert content[0]["data"].startswith("passgate1.")
    body, dropped = sent_again(content, reasoning_field="reasoning_details")
    assert body["messages"][1]["reasoning_details"] == [detail]
    assert dropped == ()
    _, dropped = sent_again(content)
    assert dropped == ("messages.content.thinking",)
