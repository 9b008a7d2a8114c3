"""A vendor's response as a neutral answer."""

from collections.abc import Iterator
from typing import Any

from passgate.inference.dialects.openai.responses.usage import read_reason, read_usage
from passgate.inference.exchange.chat_reply import ChatReply, Choice
from passgate.inference.exchange.content import Citation, Part, Refusal, Text, Thinking, ToolCall, VendorBlock
from passgate.inference.exchange.ports import MakeId, VendorGarbageError
from passgate.inference.exchange.reading import as_count, as_list, as_object, as_text, as_text_or_none

VENDOR_FORMAT = "openai-responses"
THOUGHT_FORMAT = "openai-responses-v1"


def read_response(document: dict[str, Any], make_id: MakeId) -> ChatReply:
    """Read the whole answer."""
    items = document.get("output")
    if not isinstance(items, list):
        raise VendorGarbageError("no output")
    parts = tuple(part for item in items for part in read_item(as_object(item)))
    return ChatReply(
        as_text(document.get("id")) or make_id(),
        as_text(document.get("model")),
        (Choice(parts, read_reason(document)),),
        as_count(document.get("created_at")) or None,
        read_usage(document),
        as_text_or_none(document.get("service_tier")),
    )


def read_item(item: dict[str, Any]) -> Iterator[Part]:
    """The parts of one item."""
    kind = item.get("type")
    if kind == "message":
        for part in as_list(item.get("content")):
            yield from _said(as_object(part))
    elif kind == "function_call":
        yield ToolCall(as_text(item.get("call_id")), as_text(item.get("name")), as_text(item.get("arguments")))
    elif kind == "reasoning":
        yield from read_thoughts(item)
    elif item:
        yield VendorBlock(VENDOR_FORMAT, item)


def read_thoughts(item: dict[str, Any]) -> Iterator[Thinking]:
    """Thoughts of a reasoning item: what is told of them, and what only the vendor can read."""
    told = as_list(item.get("content")) or as_list(item.get("summary"))
    text = "\n\n".join(as_text(as_object(part).get("text")) for part in told)
    sealed = as_text_or_none(item.get("encrypted_content"))
    if text or sealed is not None:
        origin = THOUGHT_FORMAT if sealed is not None else None
        yield Thinking(text, None, sealed, origin, as_text_or_none(item.get("id")))


def read_citations(part: dict[str, Any]) -> Iterator[Citation]:
    """The web pages that a text rests on."""
    for note in as_list(part.get("annotations")):
        citation = read_citation(as_object(note))
        if citation is not None:
            yield citation


def read_citation(note: dict[str, Any]) -> Citation | None:
    """An annotation, where it is a web page's."""
    url = as_text_or_none(note.get("url"))
    if url is None:
        return None
    start, end = note.get("start_index"), note.get("end_index")
    return Citation(
        url,
        as_text(note.get("title")),
        start=as_count(start) if start is not None else None,
        end=as_count(end) if end is not None else None,
    )


def read_other_note(note: dict[str, Any]) -> Iterator[VendorBlock]:
    """An annotation that names no web page: a file of the vendor's, by its id."""
    if note and read_citation(note) is None:
        yield VendorBlock(VENDOR_FORMAT, note)


def read_logprobs(told: dict[str, Any]) -> Iterator[VendorBlock]:
    """Log probabilities, which stand beside the text; as chat completions tell them."""
    if told.get("logprobs"):
        yield VendorBlock("openai", {"type": "logprobs", "logprobs": {"content": told["logprobs"]}})


def _said(part: dict[str, Any]) -> Iterator[Part]:
    kind = part.get("type")
    if kind == "output_text":
        yield Text(as_text(part.get("text")), tuple(read_citations(part)))
        for note in as_list(part.get("annotations")):
            yield from read_other_note(as_object(note))
        yield from read_logprobs(part)
    elif kind == "refusal":
        yield Refusal(as_text(part.get("refusal")))
    elif part:
        yield VendorBlock(VENDOR_FORMAT, part)
