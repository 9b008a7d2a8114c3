"""Tool calls of vendors that give them no id: each has one of its own in the whole talk, and the same one again."""

import json
from typing import Any

import pytest

from inference.translation.calls import opened, replied, streamed, target

USER = {"role": "user", "content": "Weather?"}
TOOL = {"name": "look", "input_schema": {"type": "object", "description": "long" * 2000}}
ASKED = {"functionCall": {"name": "look", "args": {}}}
GEMINI = {"candidates": [{"content": {"parts": [ASKED]}, "finishReason": "STOP"}]}
OLLAMA = {"message": {"tool_calls": [{"function": {"name": "look", "arguments": {}}}]}, "done": True}
OPENAI_CALL = {"index": 0, "type": "function", "function": {"name": "look", "arguments": "{}"}}
OPENAI = {"choices": [{"index": 0, "message": {"tool_calls": [OPENAI_CALL]}, "finish_reason": "tool_calls"}]}
CHUNK = {"choices": [{"index": 0, "delta": {"tool_calls": [OPENAI_CALL]}, "finish_reason": "tool_calls"}]}
EVENTS = {
    "gemini": b"data: %s\n\n" % json.dumps(GEMINI).encode(),
    "ollama": json.dumps(OLLAMA).encode() + b"\n",
    "openai": b"data: %s\n\ndata: [DONE]\n\n" % json.dumps(CHUNK).encode(),
}


def call_id(vendor: str, messages: list[Any], *, stream: bool) -> str:
    """The id in the answer to a talk, in Anthropic's format so that OpenAI's is translated too."""
    # The tools come last and are long, so that talks differ far from the body's end.
    asked = {"model": "m", "max_tokens": 9, "messages": messages, "stream": stream, "tools": [TOOL]}
    exchange = opened("anthropic-messages", asked, target(vendor))
    if stream:
        out, error = streamed(exchange, EVENTS[vendor])
        assert error is None
        data = [json.loads(line[6:]) for line in out.decode().splitlines() if line.startswith("data: ")]
        return next(event["content_block"]["id"] for event in data if event["type"] == "content_block_start")
    whole = {"gemini": GEMINI, "ollama": OLLAMA, "openai": OPENAI}[vendor]
    return next(block["id"] for block in json.loads(replied(exchange, whole).body)["content"])


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("vendor", ["gemini", "ollama", "openai"])
def test_calls_of_two_turns_have_two_ids(vendor: str, stream: bool) -> None:  # noqa: FBT001
    first = call_id(vendor, [USER], stream=stream)
    assert first == call_id(vendor, [USER], stream=stream)
    answer = {"role": "assistant", "content": [{"type": "tool_use", "id": first, "name": "look", "input": {}}]}
    result = {"role": "user", "content": [{"type": "tool_result", "tool_use_id": first, "content": "Rain"}]}
    second = call_id(vendor, [USER, answer, result], stream=stream)
    assert first != second
    assert len(first) <= 40  # all that OpenAI takes back
