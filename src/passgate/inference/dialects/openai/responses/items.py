"""Neutral turns as the items of a Responses request."""

from typing import Any

from passgate.inference.dialects.openai.responses.reply import THOUGHT_FORMAT, VENDOR_FORMAT
from passgate.inference.exchange.chat_request import ChatRequest, Turn
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
    Thinking,
    ToolCall,
    ToolResult,
    UrlSource,
    VendorBlock,
)
from passgate.inference.exchange.data_url import data_url
from passgate.inference.exchange.left_out import LeftOut
from passgate.inference.translation import UntranslatableError


class ItemWriter:
    """Writes the items of one request."""

    def __init__(self, left_out: LeftOut, *, own_files: bool) -> None:
        """Write for one request; ``own_files``: the ids of files in it are this vendor's."""
        self._left_out = left_out
        self._own_files = own_files

    def write(self, request: ChatRequest) -> list[dict[str, Any]]:
        """All items, less the instructions at the start."""
        return [item for turn in request.turns for item in self._turn(turn)]

    def _turn(self, turn: Turn) -> list[dict[str, Any]]:
        if turn.name is not None:
            self._left_out.at(turn.path, "name")
        if turn.role == "assistant":
            return self._answer(turn)
        items: list[dict[str, Any]] = []
        content: list[dict[str, Any]] = []
        for part in turn.parts:
            self._leave_cache(part)
            if isinstance(part, ToolResult):
                items.append(self._result(part))
            else:
                content.append(self._part(part))
        if content or not items:
            items.append({"role": "developer" if turn.role == "system" else "user", "content": content})
        return items

    def _answer(self, turn: Turn) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = []
        said: list[dict[str, Any]] | None = None
        for part in turn.parts:
            self._leave_cache(part)
            if isinstance(part, Text | Refusal):
                if said is None:
                    said = []
                    items.append({"type": "message", "role": "assistant", "content": said})
                said.append(self._said(part))
                continue
            said = None
            items.extend(self._done(part))
        return items

    def _said(self, part: Text | Refusal) -> dict[str, Any]:
        if isinstance(part, Refusal):
            return {"type": "refusal", "refusal": part.text}
        if part.citations:
            self._left_out.at(part.path, "citations")
        return {"type": "output_text", "text": part.text, "annotations": []}

    def _done(self, part: Part) -> list[dict[str, Any]]:
        """What the assistant did besides speaking."""
        match part:
            case ToolCall():
                call = {"call_id": part.id, "name": part.name, "arguments": part.arguments or "{}"}
                return [{"type": "function_call", **call}]
            case Thinking():
                return self._thought(part)
            case VendorBlock(vendor_format, document) if vendor_format == VENDOR_FORMAT and not _is_note(document):
                return [document]
            case VendorBlock():
                self._left_out.at(part.path, str(part.document.get("type", "vendor_block")))
                return []
            case _:
                raise _elsewhere(part)

    def _thought(self, part: Thinking) -> list[dict[str, Any]]:
        """Only what this vendor encrypted means anything to it; it takes no thoughts in plain words."""
        if part.format != THOUGHT_FORMAT or part.data is None or part.id is None:
            self._left_out.at(part.path, "thinking")
            return []
        summary = [{"type": "summary_text", "text": part.text}] if part.text else []
        return [{"type": "reasoning", "id": part.id, "summary": summary, "encrypted_content": part.data}]

    def _result(self, part: ToolResult) -> dict[str, Any]:
        only_text = all(isinstance(piece, Text) for piece in part.parts)
        output: str | list[dict[str, Any]]
        if only_text:
            output = "\n".join(piece.text for piece in part.parts if isinstance(piece, Text))
            if part.is_error:
                output = f"Error: {output}" if output else "Error"
        else:
            output = [self._part(piece) for piece in part.parts]
        return {"type": "function_call_output", "call_id": part.call_id, "output": output}

    def _part(self, part: Part) -> dict[str, Any]:
        match part:
            case Text():
                return {"type": "input_text", "text": part.text}
            case Image():
                return self._image(part)
            case Document():
                return self._document(part)
            case Audio():
                return {"type": "input_audio", "input_audio": {"data": part.data, "format": part.format}}
            case _:
                raise _elsewhere(part)

    def _image(self, part: Image) -> dict[str, Any]:
        written: dict[str, Any] = {"type": "input_image", "detail": part.detail or "auto"}
        if isinstance(part.source, FileSource):
            return {**written, "file_id": self._kept(part.source, part)}
        return {**written, "image_url": _address(part.source, part)}

    def _kept(self, source: FileSource, part: Part) -> str:
        if not self._own_files:
            raise _elsewhere(part)
        return source.file_id

    def _document(self, part: Document) -> dict[str, Any]:
        if part.context is not None:
            self._left_out.at(part.path, "context")
        if part.citations:
            self._left_out.at(part.path, "citations")
        if isinstance(part.source, TextSource):
            title = f"{part.title}\n\n" if part.title else ""
            return {"type": "input_text", "text": title + part.source.text}
        written: dict[str, Any] = {"type": "input_file"}
        if isinstance(part.source, FileSource):
            return {**written, "file_id": self._kept(part.source, part)}
        if isinstance(part.source, UrlSource):
            return {**written, "file_url": part.source.url}
        return {**written, "filename": part.title or "document.pdf", "file_data": _address(part.source, part)}

    def _leave_cache(self, part: Part) -> None:
        if getattr(part, "cache", None) is not None:
            self._left_out.at(part.path, "cache_control")


def _address(source: Source, part: Part) -> str:
    match source:
        case UrlSource(url):
            return url
        case DataSource():
            return data_url(source)
        case _:
            raise _elsewhere(part)


def _is_note(document: dict[str, Any]) -> bool:
    """What stood within a message, such as the citation of a file, is no item."""
    return str(document.get("type")).endswith(("_citation", "_path"))


def _elsewhere(part: Part) -> UntranslatableError:
    message = f"'{part.path}' cannot be translated: Responses have no place for it there."
    return UntranslatableError(message, field=part.path)
