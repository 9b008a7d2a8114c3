"""Answers in OpenAI's format."""

import json
from collections.abc import Sequence
from typing import Any

from fake_vendor.reply import Reply, json_reply, stream_reply


def openai_usage(prompt: int, completion: int, *, cached: int = 0, reasoning: int = 0) -> dict[str, Any]:
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": cached, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": reasoning, "audio_tokens": 0},
    }


def openai_chat(
    text: str = "Hello", *, prompt: int = 12, completion: int = 9, cached: int = 0, delay: float = 0.0
) -> Reply:
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop", "logprobs": None}
    document = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1783375760,
        "model": "gpt-4o-mini-2024-07-18",
        "choices": [choice],
        "usage": openai_usage(prompt, completion, cached=cached),
    }
    return json_reply(document, delay=delay)


def openai_events(
    words: Sequence[str] = ("Hel", "lo"), *, prompt: int = 12, completion: int = 9, usage: bool = True
) -> list[bytes]:
    """The events of a chat stream, the end mark included."""
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}, *({"content": word} for word in words)]
    events = [_event([{"index": 0, "delta": delta, "finish_reason": None}]) for delta in deltas]
    events.append(_event([{"index": 0, "delta": {}, "finish_reason": "stop"}]))
    if usage:
        events.append(_event([], usage=openai_usage(prompt, completion)))
    return [*events, b"data: [DONE]\n\n"]


def openai_stream(
    words: Sequence[str] = ("Hel", "lo"), *, prompt: int = 12, completion: int = 9, gap: float = 0.0
) -> Reply:
    return stream_reply(openai_events(words, prompt=prompt, completion=completion), gap=gap)


def openai_tool_stream(name: str, pieces: Sequence[str], *, prompt: int = 12, completion: int = 9) -> Reply:
    """A call of one tool, its arguments in pieces, as OpenAI sends them."""
    began = {"index": 0, "id": "call_1", "type": "function", "function": {"name": name, "arguments": ""}}
    calls = [began, *({"index": 0, "function": {"arguments": piece}} for piece in pieces)]
    events = [_event([{"index": 0, "delta": {"tool_calls": [call]}, "finish_reason": None}]) for call in calls]
    events.append(_event([{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]))
    events.append(_event([], usage=openai_usage(prompt, completion)))
    return stream_reply([*events, b"data: [DONE]\n\n"])


def openai_embeddings(count: int = 1, *, prompt: int = 5) -> Reply:
    data = [{"object": "embedding", "index": index, "embedding": [0.25, -0.5, 0.125]} for index in range(count)]
    usage = {"prompt_tokens": prompt, "total_tokens": prompt}
    return json_reply({"object": "list", "data": data, "model": "text-embedding-3-small", "usage": usage})


def _event(choices: list[Any], **more: Any) -> bytes:
    document = {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1783375760,
        "model": "gpt-4o-mini-2024-07-18",
        "choices": choices,
        **more,
    }
    return b"data: " + json.dumps(document).encode() + b"\n\n"
