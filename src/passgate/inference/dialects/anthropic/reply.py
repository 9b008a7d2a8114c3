"""A whole answer of Anthropic's as a neutral one."""

from typing import Any

from passgate.inference.dialects.anthropic.finish import read_stop
from passgate.inference.dialects.anthropic.usage import read_usage
from passgate.inference.exchange.carried_signature import ANTHROPIC
from passgate.inference.exchange.chat_reply import ChatReply, Choice
from passgate.inference.exchange.content import Citation, Part, Refusal, Text, Thinking, ToolCall, VendorBlock
from passgate.inference.exchange.ports import MakeId, VendorGarbageError
from passgate.inference.exchange.reading import as_list, as_object, as_text, as_text_or_none
from passgate.inference.json_text import write_json

_TIERS = {"standard": "default", "priority": "priority"}


def read_reply(document: dict[str, Any], make_id: MakeId) -> ChatReply:
    """Read a message.

    Raises:
        VendorGarbageError: it is none.
    """
    blocks = as_object(document).get("content")
    if not isinstance(blocks, list):
        raise VendorGarbageError("no content")
    parts: list[Part] = []
    for block in blocks:
        parts.extend(read_block(block))
    parts.extend(read_refusal(document))
    usage = document.get("usage")
    choice = Choice(
        tuple(parts), read_stop(document.get("stop_reason")), as_text_or_none(document.get("stop_sequence"))
    )
    tier = _TIERS.get(as_text(as_object(usage).get("service_tier")))
    reply_id = as_text(document.get("id")) or make_id()
    return ChatReply(reply_id, as_text(document.get("model")), (choice,), None, read_usage(usage), tier)


def read_block(block: object) -> list[Part]:
    """The parts of one content block."""
    if not isinstance(block, dict):
        raise VendorGarbageError("a block is not an object")
    match block.get("type"):
        case "text":
            cited = [read_citation(citation) for citation in as_list(block.get("citations"))]
            text = Text(as_text(block.get("text")), tuple(found for found in cited if isinstance(found, Citation)))
            return [text, *(found for found in cited if isinstance(found, VendorBlock))]
        case "thinking":
            signature = as_text_or_none(block.get("signature"))
            return [Thinking(as_text(block.get("thinking")), signature, None, ANTHROPIC)]
        case "redacted_thinking":
            return [Thinking("", None, as_text(block.get("data")), ANTHROPIC)]
        case "tool_use":
            name = as_text_or_none(block.get("name"))
            if name is None:
                raise VendorGarbageError("a tool call without a name")
            return [ToolCall(as_text(block.get("id")), name, write_json(as_object(block.get("input"))).decode())]
        case _:
            return [VendorBlock("anthropic", block)]


def read_citation(citation: object) -> Citation | VendorBlock:
    """A citation of a web page; those of the client's own documents are known to Anthropic alone."""
    told = as_object(citation)
    url = as_text_or_none(told.get("url"))
    if url is None:
        return VendorBlock("anthropic", {"type": "citation", "citation": told})
    token = as_text(told.get("encrypted_index"))
    return Citation(url, as_text(told.get("title")), as_text(told.get("cited_text")), token=token)


def read_refusal(holder: dict[str, Any]) -> list[Refusal]:
    """Why the model will not answer, where it says so."""
    explanation = as_text_or_none(as_object(holder.get("stop_details")).get("explanation"))
    return [] if explanation is None else [Refusal(explanation)]
