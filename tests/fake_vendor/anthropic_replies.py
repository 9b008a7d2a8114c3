"""Answers in Anthropic's format."""

import json
from collections.abc import Sequence
from typing import Any

from fake_vendor.reply import Reply, json_reply, stream_reply


def anthropic_message(text: str = "Hello", *, prompt: int = 12, completion: int = 9, delay: float = 0.0) -> Reply:
    content = [{"type": "text", "text": text}]
    return json_reply(_message(content, "end_turn", _usage(prompt, completion)), delay=delay)


def anthropic_events(words: Sequence[str] = ("Hel", "lo"), *, prompt: int = 12, completion: int = 9) -> list[bytes]:
    """The events of a message stream."""
    deltas = [_event("content_block_delta", index=0, delta={"type": "text_delta", "text": word}) for word in words]
    return [
        _event("message_start", message=_message([], None, _usage(prompt, 1))),
        _event("content_block_start", index=0, content_block={"type": "text", "text": ""}),
        _event("ping"),
        *deltas,
        _event("content_block_stop", index=0),
        _event(
            "message_delta",
            delta={"stop_reason": "end_turn", "stop_sequence": None},
            usage={"output_tokens": completion},
        ),
        _event("message_stop"),
    ]


def anthropic_stream(
    words: Sequence[str] = ("Hel", "lo"), *, prompt: int = 12, completion: int = 9, gap: float = 0.0
) -> Reply:
    return stream_reply(anthropic_events(words, prompt=prompt, completion=completion), gap=gap)


def _usage(prompt: int, completion: int) -> dict[str, int]:
    return {
        "input_tokens": prompt,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
        "output_tokens": completion,
    }


def _message(content: list[Any], stop_reason: str | None, usage: dict[str, int]) -> dict[str, Any]:
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-4-5-20250929",
        "content": content,
        "stop_reason": stop_reason,
        "stop_sequence": None,
        "usage": usage,
    }


def _event(kind: str, **fields: Any) -> bytes:
    return b"event: %s\ndata: %s\n\n" % (kind.encode(), json.dumps({"type": kind, **fields}).encode())
