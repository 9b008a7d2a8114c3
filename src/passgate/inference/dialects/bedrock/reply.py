"""A whole answer of Converse's as a neutral one."""

import base64
import binascii
from typing import Any

from passgate.inference.dialects.bedrock.finish import read_stop
from passgate.inference.dialects.bedrock.usage import read_usage
from passgate.inference.exchange.carried_signature import ANTHROPIC
from passgate.inference.exchange.chat_reply import ChatReply, Choice
from passgate.inference.exchange.content import Citation, Part, Text, Thinking, ToolCall, VendorBlock
from passgate.inference.exchange.ports import MakeId, VendorGarbageError
from passgate.inference.exchange.reading import as_list, as_object, as_text, as_text_or_none
from passgate.inference.json_text import write_json

VENDOR = "bedrock"


def read_reply(document: dict[str, Any], make_id: MakeId) -> ChatReply:
    """Read an answer.

    Raises:
        VendorGarbageError: it is none.
    """
    message = as_object(as_object(document).get("output")).get("message")
    blocks = as_object(message).get("content")
    if not isinstance(blocks, list):
        raise VendorGarbageError("no content")
    parts: list[Part] = []
    for block in blocks:
        parts.extend(_read_block(block))
    stopped_by = as_text_or_none(as_object(document.get("additionalModelResponseFields")).get("stop_sequence"))
    choice = Choice(tuple(parts), read_stop(document.get("stopReason")), stopped_by)
    tier = as_text_or_none(as_object(document.get("serviceTier")).get("type"))
    return ChatReply(make_id(), "", (choice,), None, read_usage(document.get("usage")), tier)


def _read_block(block: object) -> list[Part]:
    match block:
        case {"text": str() as text}:
            return [Text(text)]
        case {"toolUse": {"name": str() as name} as call} if name and call.get("type") != "server_tool_use":
            return [ToolCall(as_text(call.get("toolUseId")), name, write_json(as_object(call.get("input"))).decode())]
        case {"reasoningContent": dict() as content}:
            return [read_thought(content)]
        case {"citationsContent": dict() as cited}:
            return _read_cited(cited)
        case dict():
            return [VendorBlock(VENDOR, {"type": next(iter(block), "block"), **block})]
        case _:
            raise VendorGarbageError("a block is not an object")


def read_thought(content: dict[str, Any]) -> Thinking:
    """What the model thought; only Claude signs or encrypts it."""
    redacted = as_text_or_none(content.get("redactedContent"))
    if redacted is not None:
        return Thinking("", None, unwrapped(redacted), ANTHROPIC)
    told = as_object(content.get("reasoningText"))
    signature = as_text_or_none(told.get("signature"))
    return Thinking(as_text(told.get("text")), signature, None, None if signature is None else ANTHROPIC)


def unwrapped(blob: str) -> str:
    """Anthropic's encrypted thoughts out of the API's blob, which is base64 of their text."""
    try:
        return base64.b64decode(blob, validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise VendorGarbageError("encrypted thoughts that are no base64 of text") from error


def _read_cited(cited: dict[str, Any]) -> list[Part]:
    found = [read_citation(citation) for citation in as_list(cited.get("citations"))]
    text = "".join(as_text(as_object(piece).get("text")) for piece in as_list(cited.get("content")))
    citations = tuple(citation for citation in found if isinstance(citation, Citation))
    return [Text(text, citations), *(block for block in found if isinstance(block, VendorBlock))]


def read_citation(citation: object) -> Citation | VendorBlock:
    """A citation of a web page; those of the client's own documents are known to Bedrock alone."""
    told = as_object(citation)
    url = as_text_or_none(as_object(as_object(told.get("location")).get("web")).get("url"))
    if url is None:
        return VendorBlock(VENDOR, {"type": "citation", "citation": told})
    quoted = "".join(as_text(as_object(piece).get("text")) for piece in as_list(told.get("sourceContent")))
    return Citation(url, as_text(told.get("title")), quoted)
