"""Neutral parts as Converse's content blocks.

See https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ContentBlock.html.
"""

import base64
import hashlib
import re
from typing import Any

from passgate.inference.dialects.bedrock.model_family import Family
from passgate.inference.exchange.call_arguments import arguments_of
from passgate.inference.exchange.carried_signature import ANTHROPIC
from passgate.inference.exchange.content import (
    Audio,
    CacheHint,
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

_IMAGE_FORMATS = {
    "image/png": "png",
    "image/jpeg": "jpeg",
    "image/jpg": "jpeg",
    "image/gif": "gif",
    "image/webp": "webp",
}
_DOCUMENT_FORMATS = {
    "application/pdf": "pdf",
    "text/csv": "csv",
    "application/msword": "doc",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.ms-excel": "xls",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "text/html": "html",
    "text/plain": "txt",
    "application/json": "txt",
    "text/markdown": "md",
}
_CACHING: frozenset[Family] = frozenset(("anthropic", "nova"))
_NOT_IN_NAME = re.compile(r"[^A-Za-z0-9 ()\[\]-]")
_SPACES = re.compile(r"\s{2,}")
_NOT_IN_ID = re.compile(r"[^a-zA-Z0-9_.:-]")
_NOT_IN_CLAUDES_ID = re.compile(r"[^a-zA-Z0-9_-]")
_LONGEST_ID = 64
_TTLS = ("5m", "1h")


class BlockWriter:
    """Writes the blocks of one request, and notes what they lose."""

    def __init__(self, family: Family, left_out: LeftOut) -> None:
        self._family = family
        self._left_out = left_out
        self._names: set[str] = set()

    def write(self, part: Part) -> list[dict[str, Any]]:
        """The blocks of one part; none where it says nothing to the model."""
        match part:
            case Text() | Refusal():
                block = self._text(part)
            case Image():
                block = {"image": self._image(part)}
            case Document():
                block = {"document": self._document(part)}
            case ToolCall():
                block = {
                    "toolUse": {"toolUseId": self._tool_id(part.id), "name": part.name, "input": arguments_of(part)}
                }
            case ToolResult():
                block = {"toolResult": self._result(part)}
            case Thinking():
                block = self._thinking(part)
            case VendorBlock():
                self._left_out.at(part.path, str(part.document.get("type", "vendor_block")))
                return []
            case Audio():
                raise _unknown(part.path, "Bedrock's Converse takes no sound.")
        if not block:
            return []
        hint = None if isinstance(part, Refusal | Thinking) else part.cache
        return [block] if hint is None else [block, *self.cache_point(hint, part.path)]

    def cache_point(self, hint: CacheHint, path: str) -> list[dict[str, Any]]:
        """The mark after what should be cached, for the models that know it."""
        if self._family not in _CACHING:
            self._left_out.at(path, "cache_control")
            return []
        point = {"type": "default"}
        if hint.ttl in _TTLS and self._family == "anthropic":
            point["ttl"] = hint.ttl
        return [{"cachePoint": point}]

    def _text(self, part: Text | Refusal) -> dict[str, Any] | None:
        if isinstance(part, Text) and part.citations:
            self._left_out.at(part.path, "citations")
        # Bedrock refuses texts that are empty or white space alone.
        return {"text": part.text} if part.text.strip() else None

    def _image(self, part: Image) -> dict[str, Any]:
        if part.detail not in {None, "auto"}:
            self._left_out.within(part.path, "image_detail")
        if isinstance(part.source, UrlSource):
            kind = part.source.url.rpartition(".")[2].lower().replace("jpg", "jpeg")
            kind = kind if kind in _IMAGE_FORMATS.values() else "jpeg"
        elif isinstance(part.source, DataSource):
            kind = _IMAGE_FORMATS.get(part.source.media_type, "")
            if not kind:
                raise _unknown(part.path, f"Bedrock reads PNG, JPEG, GIF and WebP, not {part.source.media_type}.")
        else:
            raise _elsewhere(part.path)
        return {"format": kind, "source": _source(part.source, part.path)}

    def _document(self, part: Document) -> dict[str, Any]:
        source = part.source
        if isinstance(source, DataSource):
            kind = _DOCUMENT_FORMATS.get(source.media_type, "txt" if source.media_type.startswith("text/") else "")
            if not kind:
                raise _unknown(part.path, f"Bedrock does not read documents of the type {source.media_type}.")
        elif isinstance(source, UrlSource):
            ending = source.url.rpartition(".")[2].lower()
            kind = ending if ending in _DOCUMENT_FORMATS.values() else "pdf"
        else:
            kind = "txt"
        written = {"format": kind, "name": self._name(part.title), "source": _source(source, part.path)}
        if part.context is not None:
            written["context"] = part.context
        if part.citations:
            written["citations"] = {"enabled": True}
        return written

    def _name(self, title: str | None) -> str:
        """A name of the letters that Bedrock allows, and only once in a request."""
        plain = _SPACES.sub(" ", _NOT_IN_NAME.sub(" ", title or "")).strip() or "Document"
        name = plain
        number = 1
        while name in self._names:
            number += 1
            name = f"{plain} {number}"
        self._names.add(name)
        return name

    def _result(self, result: ToolResult) -> dict[str, Any]:
        content: list[dict[str, Any]] = []
        for part in result.parts:
            content.extend(block for block in self.write(part) if "cachePoint" not in block)
        call_id = self._tool_id(result.call_id)
        written: dict[str, Any] = {"toolUseId": call_id, "content": content or [{"text": "(nothing)"}]}
        if result.is_error:
            written["status"] = "error"
        return written

    def _tool_id(self, told: str) -> str:
        """The id in the letters and the length that Bedrock allows, always the same for the same id."""
        letters = _NOT_IN_CLAUDES_ID if self._family == "anthropic" else _NOT_IN_ID
        plain = letters.sub("_", told) or "_"
        return plain if len(plain) <= _LONGEST_ID else hashlib.sha256(told.encode()).hexdigest()[:_LONGEST_ID]

    def _thinking(self, thought: Thinking) -> dict[str, Any] | None:
        """Claude takes back only thoughts that it signed itself; the other models want none back."""
        if self._family == "anthropic" and thought.format in {None, ANTHROPIC}:
            if thought.data is not None:
                # The API's blobs are base64 of bytes, and Anthropic's encrypted thoughts are text.
                return {"reasoningContent": {"redactedContent": base64.b64encode(thought.data.encode()).decode()}}
            if thought.signature is not None:
                told = {"text": thought.text, "signature": thought.signature}
                return {"reasoningContent": {"reasoningText": told}}
        self._left_out.at(thought.path)
        return None


def _source(source: Source, path: str) -> dict[str, Any]:
    match source:
        case DataSource(_, data):
            return {"bytes": data}
        case TextSource(text):
            return {"bytes": base64.b64encode(text.encode()).decode()}
        case UrlSource(url) if url.startswith("s3://"):
            return {"s3Location": {"uri": url}}
        case UrlSource():
            raise _unknown(path, "Bedrock fetches from s3:// only; send the content as data.")
        case _:
            raise _elsewhere(path)


def _elsewhere(path: str) -> UntranslatableError:
    return _unknown(path, "the file is held by another vendor under an id of its own.")


def _unknown(path: str, reason: str) -> UntranslatableError:
    return UntranslatableError(f"'{path}' cannot be translated: {reason}", field=path)
