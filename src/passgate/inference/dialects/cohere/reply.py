"""A whole answer of Cohere's as a neutral one."""

from typing import Any

from passgate.inference.dialects.cohere.finish import read_finish
from passgate.inference.dialects.cohere.usage import read_usage
from passgate.inference.exchange.chat_reply import ChatReply, Choice
from passgate.inference.exchange.content import Citation, Part, Text, Thinking, ToolCall, VendorBlock
from passgate.inference.exchange.ports import MakeId, VendorGarbageError
from passgate.inference.exchange.reading import as_count, as_list, as_object, as_text, as_text_or_none

VENDOR = "cohere"


def read_reply(document: dict[str, Any], make_id: MakeId) -> ChatReply:
    """Read an answer. What the model plans to do with its tools counts as thought.

    Raises:
        VendorGarbageError: it is none.
    """
    message = as_object(document).get("message")
    if not isinstance(message, dict):
        raise VendorGarbageError("no message")
    parts: list[Part] = []
    plan = as_text_or_none(message.get("tool_plan"))
    if plan is not None:
        parts.append(Thinking(plan))
    found = [read_citation(citation) for citation in as_list(message.get("citations"))]
    citations = tuple(citation for citation in found if isinstance(citation, Citation))
    for block in as_list(message.get("content")):
        parts.append(_read_block(as_object(block), citations))
        citations = ()
    parts.extend(block for block in found if isinstance(block, VendorBlock))
    for call in as_list(message.get("tool_calls")):
        function = as_object(as_object(call).get("function"))
        name = as_text_or_none(function.get("name"))
        if name is None:
            raise VendorGarbageError("a tool call without a name")
        parts.append(ToolCall(as_text(as_object(call).get("id")), name, as_text(function.get("arguments"))))
    choice = Choice(tuple(parts), read_finish(document.get("finish_reason")))
    return ChatReply(as_text(document.get("id")) or make_id(), "", (choice,), None, read_usage(document.get("usage")))


def _read_block(block: dict[str, Any], citations: tuple[Citation, ...]) -> Part:
    match block.get("type"):
        case "text":
            return Text(as_text(block.get("text")), citations)
        case "thinking":
            return Thinking(as_text(block.get("thinking")))
        case _:
            return VendorBlock(VENDOR, block)


def read_citation(citation: object) -> Citation | VendorBlock:
    """A citation of a web page; of results of the client's tools, and of its documents, only Cohere knows."""
    told = as_object(citation)
    for source in as_list(told.get("sources")):
        origin = as_object(source)
        page = as_object(origin.get("document")) or as_object(origin.get("tool_output"))
        url = as_text_or_none(page.get("url"))
        if url is not None:
            start, end = as_count(told.get("start")), as_count(told.get("end"))
            return Citation(url, as_text(page.get("title")), as_text(told.get("text")), start, end)
    return VendorBlock(VENDOR, {"type": "citation", "citation": told})
