"""Neutral parts of a user's message as OpenAI's content parts."""

from typing import Any

from passgate.inference.dialects.openai.profile import OpenAIProfile
from passgate.inference.exchange.content import (
    Audio,
    DataSource,
    Document,
    FileSource,
    Image,
    Text,
    TextSource,
    ToolCall,
    ToolResult,
    UrlSource,
)
from passgate.inference.exchange.data_url import data_url
from passgate.inference.exchange.left_out import LeftOut
from passgate.inference.translation import UntranslatableError


class PartWriter:
    """Writes parts, and notes what they lose."""

    def __init__(self, profile: OpenAIProfile, left_out: LeftOut) -> None:
        self._profile = profile
        self._left_out = left_out

    def write(self, part: Text | Image | Document | Audio) -> dict[str, Any]:
        """One part."""
        match part:
            case Text():
                return self.text(part)
            case Image():
                return self._with_cache(part, {"type": "image_url", "image_url": self._image(part)})
            case Document():
                return self._document(part)
            case Audio():
                sound = {"data": part.data, "format": part.format}
                return self._with_cache(part, {"type": "input_audio", "input_audio": sound})

    def text(self, part: Text) -> dict[str, Any]:
        """A text."""
        if part.citations:
            self._left_out.at(part.path, "citations")
        return self._with_cache(part, {"type": "text", "text": part.text})

    def leave_cache(self, part: Text | Image | Document | Audio | ToolCall | ToolResult) -> None:
        """Note the cache hint of a part that has no place for one."""
        if part.cache is not None:
            self._left_out.at(part.path, "cache_control")

    def _with_cache(self, part: Text | Image | Document | Audio, written: dict[str, Any]) -> dict[str, Any]:
        if part.cache is not None and "cache_control" in self._profile.accepts:
            control = {"type": "ephemeral"}
            if part.cache.ttl is not None:
                control["ttl"] = part.cache.ttl
            return {**written, "cache_control": control}
        self.leave_cache(part)
        return written

    def _image(self, part: Image) -> dict[str, Any]:
        match part.source:
            case UrlSource(url):
                image = {"url": url}
            case DataSource() as source:
                image = {"url": data_url(source)}
            case _:
                raise _elsewhere(part.path)
        if part.detail is not None:
            image["detail"] = part.detail
        return image

    def _document(self, part: Document) -> dict[str, Any]:
        if part.context is not None:
            self._left_out.at(part.path, "context")
        if part.citations:
            self._left_out.at(part.path, "citations")
        match part.source:
            case TextSource(text):
                told = f"{part.title}\n\n{text}" if part.title else text
                return self._with_cache(part, {"type": "text", "text": told})
            case DataSource() as source:
                data = data_url(source)
            case UrlSource(url) if "file_url" in self._profile.accepts:
                data = url
            case UrlSource():
                message = f"'{part.path}' cannot be translated: this vendor takes documents as data, not by URL."
                raise UntranslatableError(message, field=part.path)
            case FileSource():
                raise _elsewhere(part.path)
        file = {"filename": part.title or "document.pdf", "file_data": data}
        return self._with_cache(part, {"type": "file", "file": file})


def _elsewhere(path: str) -> UntranslatableError:
    message = f"'{path}' cannot be translated: the file is held by another vendor under an id of its own."
    return UntranslatableError(message, field=path)
