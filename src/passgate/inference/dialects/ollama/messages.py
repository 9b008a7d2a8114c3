"""Neutral turns as messages of Ollama's (https://docs.ollama.com/api/chat)."""

from collections.abc import Sequence
from typing import Any

from passgate.inference.exchange.call_arguments import arguments_of
from passgate.inference.exchange.chat_request import ChatRequest, Turn
from passgate.inference.exchange.content import (
    DataSource,
    Document,
    Image,
    Part,
    Refusal,
    Text,
    TextSource,
    Thinking,
    ToolCall,
    ToolResult,
    VendorBlock,
)
from passgate.inference.exchange.left_out import LeftOut
from passgate.inference.translation import UntranslatableError


class MessageWriter:
    """Writes the messages of one request, and notes what they lose."""

    def __init__(self, left_out: LeftOut) -> None:
        self._left_out = left_out
        self._tools: dict[str, str] = {}
        """The names of the tools that were called, by the call's id: results bear the name."""

    def write(self, request: ChatRequest) -> list[dict[str, Any]]:
        """All messages, instructions first."""
        messages: list[dict[str, Any]] = []
        if request.system:
            messages.append(self._message("system", list(request.system)))
        for turn in request.turns:
            if turn.name is not None:
                self._left_out.at(turn.path, "name")
            if turn.role == "assistant":
                messages.append(self._answer(turn))
            elif turn.role == "user":
                messages.extend(self._said(turn))
            else:
                messages.append(self._message("system", list(turn.parts)))
        return messages

    def _said(self, turn: Turn) -> list[dict[str, Any]]:
        messages = [self._result(part) for part in turn.parts if isinstance(part, ToolResult)]
        rest = [part for part in turn.parts if not isinstance(part, ToolResult)]
        if rest or not messages:
            messages.append(self._message("user", rest))
        return messages

    def _result(self, result: ToolResult) -> dict[str, Any]:
        self._leave_hints(result)
        message = self._message("tool", list(result.parts))
        if result.is_error:
            # Ollama's format has no mark for a failed tool.
            message["content"] = f"Error: {message['content']}" if message["content"] else "Error"
        name = self._tools.get(result.call_id)
        if name is not None:
            message["tool_name"] = name
        return {**message, "tool_call_id": result.call_id}

    def _message(self, role: str, parts: Sequence[Part]) -> dict[str, Any]:
        texts: list[str] = []
        images: list[str] = []
        for part in parts:
            match part:
                case Text():
                    self._leave_hints(part)
                    texts.append(part.text)
                case Image(DataSource(_, data)):
                    self._leave_hints(part)
                    if part.detail not in {None, "auto"}:
                        self._left_out.within(part.path, "image_detail")
                    images.append(data)
                case Document(TextSource(text)):
                    self._leave_hints(part)
                    texts.append(f"{part.title}\n\n{text}" if part.title else text)
                case Image():
                    raise _unknown(part.path, "Ollama takes pictures as data, not by URL.")
                case _:
                    raise _unknown(part.path, "Ollama takes text and pictures.")
        message: dict[str, Any] = {"role": role, "content": "\n\n".join(texts)}
        if images:
            message["images"] = images
        return message

    def _answer(self, turn: Turn) -> dict[str, Any]:
        texts: list[str] = []
        for part in turn.parts:
            match part:
                case Text():
                    self._leave_hints(part)
                    texts.append(part.text)
                case Refusal():
                    texts.append(part.text)
                case Thinking():
                    if part.signature is not None or part.data is not None:
                        self._left_out.at(part.path, "signature")
                case VendorBlock():
                    self._left_out.at(part.path, str(part.document.get("type", "vendor_block")))
                case ToolCall():
                    pass
                case _:
                    raise _unknown(part.path, "Ollama's format has no place for it there.")
        message: dict[str, Any] = {"role": "assistant", "content": "".join(texts)}
        thoughts = "".join(part.text for part in turn.parts if isinstance(part, Thinking))
        if thoughts:
            message["thinking"] = thoughts
        calls = [self._call(part) for part in turn.parts if isinstance(part, ToolCall)]
        if calls:
            message["tool_calls"] = calls
        return message

    def _call(self, call: ToolCall) -> dict[str, Any]:
        self._leave_hints(call)
        self._tools[call.id] = call.name
        return {"id": call.id, "function": {"name": call.name, "arguments": arguments_of(call)}}

    def _leave_hints(self, part: Text | Image | Document | ToolCall | ToolResult) -> None:
        if part.cache is not None:
            self._left_out.at(part.path, "cache_control")
        if isinstance(part, Text | Document) and part.citations:
            self._left_out.at(part.path, "citations")
        if isinstance(part, Document) and part.context is not None:
            self._left_out.at(part.path, "context")


def _unknown(path: str, reason: str) -> UntranslatableError:
    return UntranslatableError(f"'{path}' cannot be translated: {reason}", field=path)
