"""Neutral parts as Anthropic's content blocks."""

import base64
import re
from typing import Any

from passgate.inference.exchange.call_arguments import arguments_of
from passgate.inference.exchange.carried_signature import ANTHROPIC
from passgate.inference.exchange.content import (
    CacheHint,
    Citation,
    DataSource,
    Document,
    Image,
    Part,
    Refusal,
    Source,
    Text,
    TextSource,
    Thinking,
    ToolCall,
    ToolResult,
    UrlSource,
    VendorBlock,
)
from passgate.inference.exchange.left_out import LeftOut
from passgate.inference.translation import UntranslatableError

_NOT_IN_ID = re.compile(r"[^a-zA-Z0-9_-]")
_TTLS = ("5m", "1h")


def cache_control(hint: CacheHint) -> dict[str, str]:
    """Anthropic's mark for what should be cached."""
    control = {"type": "ephemeral"}
    if hint.ttl in _TTLS:
        control["ttl"] = hint.ttl
    return control


def text_block(part: Text) -> dict[str, Any]:
    """A text, with its citations and cache hint."""
    block: dict[str, Any] = {"type": "text", "text": part.text}
    if part.citations:
        block["citations"] = [_citation(citation) for citation in part.citations]
    if part.cache is not None:
        block["cache_control"] = cache_control(part.cache)
    return block


def _citation(citation: Citation) -> dict[str, Any]:
    return {
        "type": "web_search_result_location",
        "url": citation.url,
        "title": citation.title,
        "cited_text": citation.cited_text,
        "encrypted_index": citation.token,
    }


class BlockWriter:
    """Writes blocks, and notes what they lose."""

    def __init__(self, left_out: LeftOut) -> None:
        self._left_out = left_out

    def write(self, part: Part) -> dict[str, Any] | None:
        """One block; None where the part says nothing to Anthropic."""
        written: dict[str, Any] | None
        match part:
            case Text():
                written = self._text(part)
            case Refusal():
                written = self._text(Text(part.text, path=part.path))
            case Image():
                written = self._image(part)
            case Document():
                written = self._document(part)
            case ToolCall():
                written = self._tool_use(part)
            case ToolResult():
                written = self._tool_result(part)
            case Thinking():
                written = self._thinking(part)
            case VendorBlock():
                written = self._vendor_block(part)
            case _:
                message = f"'{part.path}' cannot be translated: Anthropic's models do not hear."
                raise UntranslatableError(message, field=part.path)
        return written

    def _text(self, part: Text) -> dict[str, Any] | None:
        """Anthropic refuses texts of white space alone, which other models often say before they call a tool."""
        if part.text.strip():
            return text_block(part)
        if part.cache is not None:
            self._left_out.at(part.path, "cache_control")
        return None

    def _image(self, part: Image) -> dict[str, Any]:
        if part.detail not in {None, "auto"}:
            self._left_out.within(part.path, "image_detail")
        return _cached(part.cache, {"type": "image", "source": _source(part.source, part.path)})

    def _document(self, part: Document) -> dict[str, Any]:
        block: dict[str, Any] = {"type": "document", "source": _document_source(part)}
        if part.title is not None:
            block["title"] = part.title
        if part.context is not None:
            block["context"] = part.context
        if part.citations:
            block["citations"] = {"enabled": True}
        return _cached(part.cache, block)

    def _tool_use(self, call: ToolCall) -> dict[str, Any]:
        block = {"type": "tool_use", "id": _tool_id(call.id), "name": call.name, "input": arguments_of(call)}
        return _cached(call.cache, block)

    def _tool_result(self, result: ToolResult) -> dict[str, Any]:
        block: dict[str, Any] = {"type": "tool_result", "tool_use_id": _tool_id(result.call_id)}
        content = [written for part in result.parts if (written := self.write(part)) is not None]
        if len(content) == 1 and content[0].keys() == {"type", "text"}:
            block["content"] = content[0]["text"]
        elif content:
            block["content"] = content
        if result.is_error:
            block["is_error"] = True
        return _cached(result.cache, block)

    def _thinking(self, thought: Thinking) -> dict[str, Any] | None:
        """Anthropic takes back only thoughts that it signed itself."""
        if thought.format in {None, ANTHROPIC}:
            if thought.data is not None:
                return {"type": "redacted_thinking", "data": thought.data}
            if thought.signature is not None:
                return {"type": "thinking", "thinking": thought.text, "signature": thought.signature}
        self._left_out.at(thought.path)
        return None

    def _vendor_block(self, block: VendorBlock) -> dict[str, Any] | None:
        if block.vendor_format == "anthropic":
            return block.document
        self._left_out.at(block.path, str(block.document.get("type", "vendor_block")))
        return None


def _cached(hint: CacheHint | None, block: dict[str, Any]) -> dict[str, Any]:
    return block if hint is None else {**block, "cache_control": cache_control(hint)}


def _tool_id(told: str) -> str:
    """Anthropic allows only letters, digits, ``_`` and ``-``; other vendors put more into an id."""
    return _NOT_IN_ID.sub("_", told) or "_"


def _source(source: Source, path: str) -> dict[str, Any]:
    match source:
        case UrlSource(url):
            return {"type": "url", "url": url}
        case DataSource(media_type, data):
            return {"type": "base64", "media_type": media_type, "data": data}
        case TextSource(text):
            return {"type": "text", "media_type": "text/plain", "data": text}
        case _:
            message = f"'{path}' cannot be translated: the file is held by another vendor under an id of its own."
            raise UntranslatableError(message, field=path)


def _document_source(part: Document) -> dict[str, Any]:
    source = part.source
    if isinstance(source, DataSource) and source.media_type != "application/pdf":
        if not source.media_type.startswith("text/") and source.media_type != "application/json":
            message = f"'{part.path}' cannot be translated: Anthropic reads PDF and text, not {source.media_type}."
            raise UntranslatableError(message, field=part.path)
        try:
            source = TextSource(base64.b64decode(source.data, validate=True).decode())
        except ValueError as error:
            message = f"'{part.path}' cannot be translated: its text is not base64 of UTF-8."
            raise UntranslatableError(message, field=part.path) from error
    return _source(source, part.path)
