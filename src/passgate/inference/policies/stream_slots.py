"""Where the events of a client's stream hold pieces of text, format by format."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from passgate.inference.json_text import Json, write_json
from passgate.inference.sse import sse_event
from passgate.inference.translation import InboundFormat

Key = tuple[int, str, int]
"""The answer's number among several, the kind of its text, and the tool call's number."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A piece of text inside an event's document."""

    key: Key
    holder: dict[str, Any]
    member: str


@dataclass(frozen=True, slots=True)
class Pieces:
    """What an event holds."""

    slots: list[Slot]
    closing: set[int]
    """Answers whose text so far is complete."""


def _list(value: Json) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _number(value: Json) -> int:
    return value if isinstance(value, int) else 0


_DELTA_TEXTS = ("content", "reasoning_content", "reasoning", "refusal")


def _openai(document: dict[str, Any]) -> Pieces:
    found = Pieces([], set())
    for choice in _list(document.get("choices")):
        number = _number(choice.get("index"))
        delta = choice.get("delta")
        if isinstance(delta, dict):
            texts = (name for name in _DELTA_TEXTS if isinstance(delta.get(name), str))
            found.slots.extend(Slot((number, name, 0), delta, name) for name in texts)
            for call in _list(delta.get("tool_calls")):
                function = call.get("function")
                if isinstance(function, dict) and isinstance(function.get("arguments"), str):
                    key = (number, "arguments", _number(call.get("index")))
                    found.slots.append(Slot(key, function, "arguments"))
        if choice.get("finish_reason") is not None:
            found.closing.add(number)
    return found


_ABOUT = ("id", "object", "created", "model", "system_fingerprint")


def _openai_event(key: Key, text: str, last: dict[str, Any]) -> bytes:
    number, kind, call = key
    delta: dict[str, Any] = {kind: text}
    if kind == "arguments":
        delta = {"tool_calls": [{"index": call, "function": {"arguments": text}}]}
    about: dict[str, Any] = {name: last[name] for name in _ABOUT if name in last}
    choices = [{"index": number, "delta": delta, "finish_reason": None}]
    return sse_event(write_json({**about, "choices": choices}))


_BLOCK_TEXTS = {"text_delta": "text", "thinking_delta": "thinking", "input_json_delta": "partial_json"}


def _anthropic(document: dict[str, Any]) -> Pieces:
    number = _number(document.get("index"))
    delta = document.get("delta")
    if document.get("type") == "content_block_delta" and isinstance(delta, dict):
        kind = delta.get("type", "")
        member = _BLOCK_TEXTS.get(kind)
        if member is not None and isinstance(delta.get(member), str):
            return Pieces([Slot((number, kind, 0), delta, member)], set())
    return Pieces([], {number} if document.get("type") == "content_block_stop" else set())


def _anthropic_event(key: Key, text: str, _: dict[str, Any]) -> bytes:
    number, kind, _call = key
    delta = {"type": kind, _BLOCK_TEXTS[kind]: text}
    return sse_event(
        write_json({"type": "content_block_delta", "index": number, "delta": delta}), "content_block_delta"
    )


def _gemini(document: dict[str, Any]) -> Pieces:
    found = Pieces([], set())
    for candidate in _list(document.get("candidates")):
        number = _number(candidate.get("index"))
        content = candidate.get("content")
        for part in _list(content.get("parts")) if isinstance(content, dict) else []:
            if isinstance(part.get("text"), str):
                kind = "thought" if part.get("thought") is True else "text"
                found.slots.append(Slot((number, kind, 0), part, "text"))
            else:
                found.closing.add(number)
        if candidate.get("finishReason") is not None:
            found.closing.add(number)
    return found


def _gemini_event(key: Key, text: str, last: dict[str, Any]) -> bytes:
    part: dict[str, Any] = {"text": text}
    if key[1] == "thought":
        part["thought"] = True
    about: dict[str, Any] = {name: last[name] for name in ("modelVersion", "responseId") if name in last}
    candidates = [{"content": {"role": "model", "parts": [part]}, "index": key[0]}]
    return sse_event(write_json({"candidates": candidates, **about}))


_RESPONSE_DELTA = re.compile(r"response\.(output_text|refusal|reasoning_\w+|function_call_arguments)\.delta")
_RESPONSE_PLACES = ("item_id", "output_index", "content_index", "summary_index")


def _responses(document: dict[str, Any]) -> Pieces:
    """Events that tell a whole part or item once more close it, and are searched like any document."""
    item = _number(document.get("output_index"))
    kind = document.get("type")
    found = _RESPONSE_DELTA.fullmatch(kind) if isinstance(kind, str) else None
    if found is None or not isinstance(document.get("delta"), str):
        return Pieces([], {item} if isinstance(kind, str) and kind.endswith(".done") else set())
    part = _number(document.get("content_index")) + _number(document.get("summary_index"))
    return Pieces([Slot((item, found[1], part), document, "delta")], set())


def _responses_event(key: Key, text: str, last: dict[str, Any]) -> bytes:
    kind = f"response.{key[1]}.delta"
    about: dict[str, Any] = {name: last[name] for name in (*_RESPONSE_PLACES, "sequence_number") if name in last}
    return sse_event(write_json({**about, "type": kind, "output_index": key[0], "delta": text}), kind)


@dataclass(frozen=True, slots=True)
class StreamShape:
    """How to find text in a format's events, and how to word an event of it."""

    pieces: Callable[[dict[str, Any]], Pieces]
    event: Callable[[Key, str, dict[str, Any]], bytes]


SHAPES: Mapping[InboundFormat, StreamShape] = {
    "openai-chat": StreamShape(_openai, _openai_event),
    "openai-responses": StreamShape(_responses, _responses_event),
    "anthropic-messages": StreamShape(_anthropic, _anthropic_event),
    "gemini": StreamShape(_gemini, _gemini_event),
}
