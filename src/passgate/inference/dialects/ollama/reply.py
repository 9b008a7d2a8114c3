"""A whole answer of Ollama's as a neutral one."""

from datetime import datetime
from typing import Any

from passgate.contracts.usage_record import TokenUsage
from passgate.inference.exchange.chat_reply import ChatReply, Choice, FinishReason
from passgate.inference.exchange.content import Part, Text, Thinking, ToolCall
from passgate.inference.exchange.ports import MakeId, VendorGarbageError
from passgate.inference.exchange.reading import as_count, as_list, as_object, as_text, as_text_or_none
from passgate.inference.json_text import write_json

_REASONS: dict[str, FinishReason] = {"stop": "stop", "length": "length"}


def read_reply(document: dict[str, Any], make_id: MakeId) -> ChatReply:
    """Read an answer.

    Raises:
        VendorGarbageError: it is none.
    """
    told = as_object(document)
    message = told.get("message")
    if not isinstance(message, dict):
        raise VendorGarbageError("no message")
    parts: list[Part] = []
    if as_text(message.get("thinking")):
        parts.append(Thinking(as_text(message.get("thinking"))))
    if as_text(message.get("content")):
        parts.append(Text(as_text(message.get("content"))))
    reply_id = make_id()
    calls = [read_call(call, reply_id, place) for place, call in enumerate(as_list(message.get("tool_calls")))]
    parts.extend(calls)
    choice = Choice(tuple(parts), read_finish(told.get("done_reason"), called=bool(calls)))
    return ChatReply(reply_id, as_text(told.get("model")), (choice,), created(told), read_usage(told))


def read_finish(reason: object, *, called: bool) -> FinishReason:
    """The neutral reason; Ollama says ``stop`` after tool calls too."""
    found = _REASONS.get(as_text(reason), "stop")
    return "tool_calls" if called and found == "stop" else found


def read_call(call: object, reply_id: str, place: int) -> ToolCall:
    """A tool call; older servers give it no id."""
    told = as_object(call)
    function = as_object(told.get("function"))
    name = as_text_or_none(function.get("name"))
    if name is None:
        raise VendorGarbageError("a tool call without a name")
    given = as_text_or_none(told.get("id")) or f"call_{reply_id}_{place}"
    return ToolCall(given, name, write_json(as_object(function.get("arguments"))).decode())


def read_usage(document: dict[str, Any]) -> TokenUsage | None:
    """The usage, which the last line tells. A prompt that the cache holds whole is not counted again."""
    if "eval_count" not in document and "prompt_eval_count" not in document:
        return None
    return TokenUsage(input=as_count(document.get("prompt_eval_count")), output=as_count(document.get("eval_count")))


def created(document: dict[str, Any]) -> int | None:
    """When the answer was made, in seconds since 1970."""
    try:
        return int(datetime.fromisoformat(as_text(document.get("created_at"))).timestamp())
    except ValueError:
        return None
