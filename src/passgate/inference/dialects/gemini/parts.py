"""Neutral parts as Gemini's."""

import mimetypes
from typing import Any
from urllib.parse import urlsplit

from passgate.inference.exchange.call_arguments import arguments_of
from passgate.inference.exchange.content import (
    Audio,
    DataSource,
    Document,
    FileSource,
    Image,
    Part,
    Refusal,
    Source,
    Text,
    TextSource,
    ToolCall,
    ToolResult,
    UrlSource,
)
from passgate.inference.exchange.left_out import LeftOut
from passgate.inference.json_text import read_exact
from passgate.inference.translation import UntranslatableError


class PartWriter:
    """Writes parts, and notes what they lose.

    Attributes:
        names: which tool each call's id belongs to; Gemini wants the name with a result.
    """

    def __init__(self, left_out: LeftOut, *, needs_type: bool, results_hold_media: bool) -> None:
        """Make a writer for one request.

        Args:
            left_out: takes the names of what is lost.
            needs_type: content by URL must come with its media type (Vertex AI).
            results_hold_media: the result of a tool may hold pictures and documents (Gemini 3 and later).
        """
        self.names: dict[str, str] = {}
        self._left_out = left_out
        self._needs_type = needs_type
        self._results_hold_media = results_hold_media

    def write(self, part: Part) -> list[dict[str, Any]]:
        """The parts of one; none where it says nothing."""
        if isinstance(part, Text | Image | Document | Audio | ToolCall | ToolResult) and part.cache is not None:
            self._left_out.at(part.path, "cache_control")
        match part:
            case Text():
                if part.citations:
                    self._left_out.at(part.path, "citations")
                return [{"text": part.text}] if part.text else []
            case Refusal():
                return [{"text": part.text}] if part.text else []
            case Image() | Document() | Audio():
                return [self._media(part)]
            case ToolCall():
                return [{"functionCall": self._call(part)}]
            case ToolResult():
                return self._result(part)
            case _:
                message = f"'{part.path}' cannot be translated: Gemini has no place for it there."
                raise UntranslatableError(message, field=part.path)

    def _media(self, part: Image | Document | Audio) -> dict[str, Any]:
        if isinstance(part, Audio):
            return {"inlineData": {"mimeType": f"audio/{part.format}", "data": part.data}}
        if isinstance(part, Image):
            if part.detail not in {None, "auto"}:
                self._left_out.within(part.path, "image_detail")
            return self._source(part.source, part.path, "image/jpeg")
        for name in ("context", "citations"):
            if getattr(part, name):
                self._left_out.at(part.path, name)
        if isinstance(part.source, TextSource):
            return {"text": f"{part.title}\n\n{part.source.text}" if part.title else part.source.text}
        if part.title is not None:
            self._left_out.within(part.path, "document_title")
        return self._source(part.source, part.path, "application/pdf")

    def _source(self, source: Source, path: str, otherwise: str) -> dict[str, Any]:
        match source:
            case DataSource(media_type, data):
                return {"inlineData": {"mimeType": media_type, "data": data}}
            case TextSource(text):
                return {"text": text}
            case UrlSource(url):
                guessed = mimetypes.guess_type(urlsplit(url).path)[0]
                file: dict[str, Any] = {"fileUri": url}
                if guessed is not None or self._needs_type or otherwise.startswith("image/"):
                    # Without a type nobody could tell a picture from a document.
                    file["mimeType"] = guessed or otherwise
                return {"fileData": file}
            case FileSource():
                message = f"'{path}' cannot be translated: the file is held by another vendor under an id of its own."
                raise UntranslatableError(message, field=path)

    def _call(self, call: ToolCall) -> dict[str, Any]:
        self.names[call.id] = call.name
        return {"id": call.id, "name": call.name, "args": arguments_of(call)}

    def _result(self, result: ToolResult) -> list[dict[str, Any]]:
        name = self.names.get(result.call_id)
        if name is None:
            path = f"{result.path}.tool_call_id"
            message = f"The field '{path}' cannot be translated: no tool call of that id stands before it."
            raise UntranslatableError(message, field=path)
        texts = [part.text for part in result.parts if isinstance(part, Text)]
        media = [self._media(part) for part in result.parts if not isinstance(part, Text)]
        written: dict[str, Any] = {"id": result.call_id, "name": name}
        written["response"] = _response("\n".join(texts), is_error=result.is_error)
        if media and self._results_hold_media and not any("text" in part for part in media):
            written["parts"] = media
            media = []
        return [{"functionResponse": written}, *media]


def _response(text: str, *, is_error: bool) -> dict[str, Any]:
    """What a tool gave: an object as it is; else under the name that Gemini reads it from."""
    if is_error:
        return {"error": text}
    if text.lstrip().startswith("{"):
        try:
            given = read_exact(text)
        except ValueError:
            given = None
        if isinstance(given, dict):
            return given
    return {"output": text}
