"""A whole answer of an OpenAI-compatible vendor as a neutral one."""

from collections.abc import Iterator
from typing import Any

from passgate.inference.dialects.openai.finish import read_finish
from passgate.inference.dialects.openai.thoughts import read_thoughts
from passgate.inference.dialects.openai.usage import read_usage
from passgate.inference.exchange.chat_reply import ChatReply, Choice, FinishReason
from passgate.inference.exchange.content import Citation, Part, Refusal, Text, Thinking, ToolCall, VendorBlock
from passgate.inference.exchange.ports import MakeId, VendorGarbageError
from passgate.inference.exchange.reading import as_count, as_list, as_object, as_text, as_text_or_none
from passgate.inference.json_text import write_json

_KNOWN = frozenset(
    ("role", "content", "refusal", "tool_calls", "annotations", "reasoning", "reasoning_content", "reasoning_details")
)


def read_reply(document: dict[str, Any], make_id: MakeId) -> ChatReply:
    """Read a chat completion.

    Raises:
        VendorGarbageError: it is none.
    """
    choices = as_object(document).get("choices")
    if not isinstance(choices, list) or not choices:
        raise VendorGarbageError("no choices")
    reply_id = as_text(document.get("id")) or make_id()
    return ChatReply(
        reply_id,
        as_text(document.get("model")),
        tuple(_choice(choice, reply_id) for choice in choices),
        as_count(document.get("created")) or None,
        read_usage(document),
        as_text_or_none(document.get("service_tier")),
    )


def _choice(choice: object, reply_id: str) -> Choice:
    told = as_object(choice)
    message = told.get("message")
    if not isinstance(message, dict):
        raise VendorGarbageError("no message")
    parts: list[Part] = [*read_thoughts(message), *_said(message)]
    parts.extend(read_vendor_fields(message))
    parts.extend(read_logprobs(told))
    calls = [_tool_call(call, place, reply_id) for place, call in enumerate(as_list(message.get("tool_calls")))]
    parts.extend(calls)
    reason = read_finish(told.get("finish_reason"))
    # vLLM tells here which stop sequence was met.
    stopped_by = as_text_or_none(told.get("stop_reason"))
    return Choice(tuple(parts), finish_with(reason, parts, stopped_by), stopped_by)


def read_logprobs(choice: dict[str, Any]) -> Iterator[VendorBlock]:
    """Log probabilities, which stand beside the message."""
    if choice.get("logprobs"):
        yield VendorBlock("openai", {"type": "logprobs", "logprobs": choice["logprobs"]})


def finish_with(reason: FinishReason | None, parts: list[Part], stopped_by: str | None) -> FinishReason | None:
    """The reason in view of what was said: some vendors say ``stop`` after tool calls, all do after a refusal."""
    if reason != "stop":
        return reason
    if any(isinstance(part, ToolCall) for part in parts):
        return "tool_calls"
    if any(isinstance(part, Refusal) for part in parts):
        return "refusal"
    return "stop_sequence" if stopped_by is not None else "stop"


def _said(message: dict[str, Any]) -> Iterator[Part]:
    citations = tuple(read_citations(message))
    content = message.get("content")
    if isinstance(content, str):
        if content:
            yield Text(content, citations)
    else:
        for part in as_list(content):
            yield from _listed(as_object(part), citations)
    refusal = as_text_or_none(message.get("refusal"))
    if refusal is not None:
        yield Refusal(refusal)


def _listed(part: dict[str, Any], citations: tuple[Citation, ...]) -> Iterator[Part]:
    """Mistral's lists of parts."""
    kind = part.get("type")
    if kind == "text":
        yield Text(as_text(part.get("text")), citations)
    elif kind == "thinking":
        yield Thinking(thinking_text(part))
    elif part:
        yield VendorBlock("openai", part)


def thinking_text(part: dict[str, Any]) -> str:
    """The thoughts of a part of Mistral's."""
    told = part.get("thinking")
    if isinstance(told, str):
        return told
    return "".join(as_text(as_object(item).get("text")) for item in as_list(told))


def read_citations(message: dict[str, Any]) -> Iterator[Citation]:
    """The web pages that an answer rests on."""
    for annotation in as_list(message.get("annotations")):
        cited = as_object(as_object(annotation).get("url_citation"))
        url = as_text_or_none(cited.get("url"))
        if url is not None:
            start, end = cited.get("start_index"), cited.get("end_index")
            yield Citation(
                url,
                as_text(cited.get("title")),
                as_text(cited.get("content")),
                as_count(start) if start is not None else None,
                as_count(end) if end is not None else None,
            )


def read_vendor_fields(message: dict[str, Any]) -> Iterator[VendorBlock]:
    """What the vendor's own tools did, such as Groq's ``executed_tools``, and annotations of no known kind."""
    for name, value in message.items():
        if name not in _KNOWN and value:
            yield VendorBlock("openai", {"type": name, name: value})
    for annotation in as_list(message.get("annotations")):
        if isinstance(annotation, dict) and not as_object(annotation.get("url_citation")).get("url"):
            yield VendorBlock("openai", {"type": "annotation", "annotation": annotation})


def _tool_call(call: object, place: int, reply_id: str) -> ToolCall:
    told = as_object(call)
    function = as_object(told.get("function"))
    name = as_text_or_none(function.get("name"))
    if name is None:
        raise VendorGarbageError("a tool call without a name")
    return ToolCall(call_id(told, reply_id, place), name, arguments_text(function.get("arguments")))


def call_id(call: dict[str, Any], reply_id: str, place: int) -> str:
    """The id of a tool call; made from the answer's where the vendor gives none."""
    return as_text_or_none(call.get("id")) or f"call_{reply_id}_{place}"


def arguments_text(arguments: object) -> str:
    """JSON text, also from vendors that give the object itself."""
    if isinstance(arguments, dict):
        return write_json(arguments).decode()
    return as_text(arguments)
