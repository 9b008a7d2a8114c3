"""OpenAI chat clients with Anthropic's models: answers back."""

import json
from dataclasses import asdict
from typing import Any

import pytest

from inference.translation.answers import events
from inference.translation.calls import opened, plain_exchange, plain_request, replied, sent, streamed, target

USER = {"role": "user", "content": "Hello"}


def sent_again(*messages: dict[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """What Anthropic gets when a client sends an answer back."""
    exchange = opened("openai-chat", {"model": "public", "messages": [USER, *messages]}, target("anthropic"))
    return sent(exchange), exchange.dropped


MESSAGE = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-x",
    "content": [
        {"type": "thinking", "thinking": "Hm.", "signature": "SIG"},
        {"type": "redacted_thinking", "data": "SECRET"},
        {"type": "text", "text": "Found "},
        {
            "type": "text",
            "text": "it.",
            "citations": [
                {
                    "type": "web_search_result_location",
                    "url": "https://x.example",
                    "title": "X",
                    "cited_text": "c",
                    "encrypted_index": "E",
                }
            ],
        },
        {"type": "server_tool_use", "id": "s_1", "name": "web_search", "input": {"query": "q"}},
        {"type": "tool_use", "id": "toolu_1", "name": "t", "input": {"a": 1}},
    ],
    "stop_reason": "tool_use",
    "stop_sequence": None,
    "usage": {
        "input_tokens": 10,
        "cache_read_input_tokens": 20,
        "cache_creation_input_tokens": 30,
        "output_tokens": 40,
        "output_tokens_details": {"thinking_tokens": 5},
        "service_tier": "standard",
    },
}


def test_a_whole_answer() -> None:
    reply = replied(plain_exchange("openai-chat", "anthropic"), MESSAGE)
    assert json.loads(reply.body) == {
        "id": "msg_1",
        "object": "chat.completion",
        "created": 1700000000,
        "model": "claude-x",
        "choices": [
            {
                "index": 0,
                "message": {
                    "role": "assistant",
                    "content": "Found it.",
                    "refusal": None,
                    "annotations": [
                        {
                            "type": "url_citation",
                            "url_citation": {
                                "url": "https://x.example",
                                "title": "X",
                                "start_index": 6,
                                "end_index": 9,
                                "content": "c",
                            },
                        }
                    ],
                    "reasoning_content": "Hm.",
                    "reasoning_details": [
                        {
                            "type": "reasoning.text",
                            "text": "Hm.",
                            "signature": "SIG",
                            "format": "anthropic-claude-v1",
                            "index": 0,
                        },
                        {"type": "reasoning.encrypted", "data": "SECRET", "format": "anthropic-claude-v1", "index": 1},
                    ],
                    "tool_calls": [
                        {"id": "toolu_1", "type": "function", "function": {"name": "t", "arguments": '{"a":1}'}}
                    ],
                    "vendor_blocks": [{"format": "anthropic", "block": MESSAGE["content"][4]}],
                },
                "logprobs": None,
                "finish_reason": "tool_calls",
            }
        ],
        "usage": {
            "prompt_tokens": 60,
            "completion_tokens": 40,
            "total_tokens": 100,
            "prompt_tokens_details": {"cached_tokens": 20, "cache_write_tokens": 30, "audio_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": 5, "audio_tokens": 0},
        },
        "service_tier": "default",
    }
    assert reply.usage is not None
    assert {name: count for name, count in asdict(reply.usage).items() if count} == {
        "input": 60,
        "output": 40,
        "cached_input": 20,
        "cache_write": 30,
        "reasoning": 5,
    }
    assert reply.finish_reason == "tool_calls"


def test_thoughts_survive_the_way_through_the_client() -> None:
    message = json.loads(replied(plain_exchange("openai-chat", "anthropic"), MESSAGE).body)["choices"][0]["message"]
    body, dropped = sent_again(message, {"role": "user", "content": "More."})
    kinds = {block["type"]: block for block in body["messages"][1]["content"]}
    assert kinds["thinking"] == MESSAGE["content"][0]
    assert kinds["redacted_thinking"] == MESSAGE["content"][1]
    assert kinds["server_tool_use"] == MESSAGE["content"][4]
    assert kinds["tool_use"] == MESSAGE["content"][5]
    assert dropped == ("messages.annotations",)


def test_thoughts_survive_in_fragments_of_a_stream() -> None:
    out, error = streamed(plain_exchange("openai-chat", "anthropic", stream=True), stream_of_thoughts())
    assert error is None
    details = [
        detail
        for event in events(out)[:-1]
        for choice in event["choices"]
        for detail in choice["delta"].get("reasoning_details", [])
    ]
    assert len(details) == 4
    answer = {"role": "assistant", "content": "Hi", "reasoning_details": details}
    body, _ = sent_again(answer, USER)
    assert body["messages"][1]["content"][:2] == [
        {"type": "thinking", "thinking": "Hm, well.", "signature": "SIG"},
        {"type": "redacted_thinking", "data": "SECRET"},
    ]


def test_unsigned_and_encrypted_thoughts_have_places_of_their_own() -> None:
    signature = b'event: content_block_delta\ndata: {"type": "content_block_delta", "index": 0, "delta": {"type": "sig'
    first, _, rest = stream_of_thoughts().partition(signature)
    unsigned = first + rest.partition(b"\n\n")[2]
    out, error = streamed(plain_exchange("openai-chat", "anthropic", stream=True), unsigned)
    assert error is None
    deltas = [choice["delta"] for event in events(out)[:-1] for choice in event["choices"]]
    details = [detail for delta in deltas for detail in delta.get("reasoning_details", [])]
    assert [(detail["type"], detail["index"]) for detail in details] == [
        ("reasoning.text", 0),
        ("reasoning.text", 0),
        ("reasoning.encrypted", 1),
    ]


def stream_of_thoughts() -> bytes:
    told: list[dict[str, Any]] = [
        {"type": "message_start", "message": {"id": "msg_1", "model": "c", "usage": {"input_tokens": 5}}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": ""}},
        {"type": "ping"},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "Hm, "}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "well."}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "signature_delta", "signature": "SIG"}},
        {"type": "content_block_stop", "index": 0},
        {"type": "content_block_start", "index": 1, "content_block": {"type": "redacted_thinking", "data": "SECRET"}},
        {"type": "content_block_stop", "index": 1},
        {"type": "content_block_start", "index": 2, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 2, "delta": {"type": "text_delta", "text": "Hi"}},
        {"type": "content_block_stop", "index": 2},
        {
            "type": "content_block_start",
            "index": 3,
            "content_block": {"type": "tool_use", "id": "toolu_1", "name": "t", "input": {}},
        },
        {"type": "content_block_stop", "index": 3},
        {"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 9}},
        {"type": "message_stop"},
    ]
    return b"".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode() for event in told)


def test_a_whole_stream() -> None:
    out, _ = streamed(plain_exchange("openai-chat", "anthropic", stream=True), stream_of_thoughts())
    told = events(out)
    assert told[-1] == "[DONE]"
    usage = told[-2]
    assert (usage["choices"], usage["usage"]["prompt_tokens"], usage["usage"]["total_tokens"]) == ([], 5, 14)
    head = {"id": "msg_1", "object": "chat.completion.chunk", "created": 1700000000, "model": "c"}
    assert all(head.items() <= event.items() for event in told[:-1])
    deltas = [event["choices"][0]["delta"] for event in told[:-2]]
    function = {"name": "t", "arguments": ""}
    assert deltas[0] == {"role": "assistant", "content": ""}
    assert deltas[5:] == [
        {"content": "Hi"},
        {"tool_calls": [{"index": 0, "id": "toolu_1", "type": "function", "function": function}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": "{}"}}]},
        {},
    ]
    assert told[-3]["choices"][0]["finish_reason"] == "tool_calls"


def test_usage_of_a_stream_is_told_only_to_who_asked() -> None:
    document = {**plain_request(stream=True, usage=False)}
    exchange = opened("openai-chat", document, target("anthropic"))
    stream = exchange.stream()
    out = stream.feed(stream_of_thoughts()) + stream.close(request_id="r")
    assert b"prompt_tokens" not in out
    assert stream.usage is not None
    assert (stream.usage.input, stream.usage.output) == (5, 9)


@pytest.mark.parametrize(
    ("stop", "finish", "neutral"),
    [
        ("end_turn", "stop", "stop"),
        ("stop_sequence", "stop", "stop_sequence"),
        ("max_tokens", "length", "length"),
        ("model_context_window_exceeded", "length", "context_length"),
        ("pause_turn", "length", "pause"),
        ("refusal", "content_filter", "refusal"),
        ("something_new", "stop", "stop"),
    ],
)
def test_every_stop_reason(stop: str, finish: str, neutral: str) -> None:
    document = {**MESSAGE, "content": [{"type": "text", "text": "x"}], "stop_reason": stop}
    reply = replied(plain_exchange("openai-chat", "anthropic"), document)
    assert json.loads(reply.body)["choices"][0]["finish_reason"] == finish
    assert reply.finish_reason == neutral


def test_a_stop_sequence_and_a_refusal_are_told() -> None:
    stopped = {**MESSAGE, "content": [], "stop_reason": "stop_sequence", "stop_sequence": "END"}
    choice = json.loads(replied(plain_exchange("openai-chat", "anthropic"), stopped).body)["choices"][0]
    assert (choice["stop_reason"], choice["message"]["content"]) == ("END", "")
    details = {"type": "refusal", "category": "bio", "explanation": "No."}
    refused = {**MESSAGE, "content": [], "stop_reason": "refusal", "stop_details": details}
    choice = json.loads(replied(plain_exchange("openai-chat", "anthropic"), refused).body)["choices"][0]
    assert (choice["finish_reason"], choice["message"]["refusal"]) == ("content_filter", "No.")
