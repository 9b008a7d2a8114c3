"""Neutral turns as messages of Cohere's (https://docs.cohere.com/reference/chat)."""

from typing import Any

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
    UrlSource,
    VendorBlock,
)
from passgate.inference.exchange.data_url import data_url
from passgate.inference.exchange.left_out import LeftOut
from passgate.inference.translation import UntranslatableError


class MessageWriter:
    """Writes the messages of one request, and notes what they lose."""

    def __init__(self, left_out: LeftOut) -> None:
        self._left_out = left_out

    def write(self, request: ChatRequest) -> list[dict[str, Any]]:
        """All messages, instructions first."""
        messages: list[dict[str, Any]] = []
        if request.system:
            messages.append(self._system(request.system))
        for turn in request.turns:
            if turn.name is not None:
                self._left_out.at(turn.path, "name")
            if turn.role == "assistant":
                messages.append(self._answer(turn))
            elif turn.role == "user":
                messages.extend(self._said(turn))
            else:
                messages.append(self._system([self._instruction(part) for part in turn.parts]))
        return messages

    def _instruction(self, part: Part) -> Text:
        if not isinstance(part, Text):
            raise _unknown(part.path, "Cohere takes text there.")
        return part

    def _system(self, texts: list[Text]) -> dict[str, Any]:
        for text in texts:
            self._leave_hints(text)
        return {"role": "system", "content": "\n\n".join(text.text for text in texts)}

    def _said(self, turn: Turn) -> list[dict[str, Any]]:
        messages: list[dict[str, Any]] = []
        content: list[dict[str, Any]] = []
        for part in turn.parts:
            if isinstance(part, ToolResult):
                messages.append(self._result(part, content))
            else:
                content.append(self._part(part))
        if content or not messages:
            plain = len(content) == 1 and content[0]["type"] == "text"
            messages.append({"role": "user", "content": content[0]["text"] if plain else content})
        return messages

    def _result(self, result: ToolResult, after: list[dict[str, Any]]) -> dict[str, Any]:
        self._leave_hints(result)
        texts = [part.text for part in result.parts if isinstance(part, Text)]
        others = [part for part in result.parts if not isinstance(part, Text)]
        if others:
            note = f"(What the tool call {result.call_id} returned besides text:)"
            after.append({"type": "text", "text": note})
            after.extend(self._part(part) for part in others)
            texts = texts or ["(The result follows in the next message.)"]
        text = "\n".join(texts)
        if result.is_error:
            # Cohere's format has no mark for a failed tool.
            text = f"Error: {text}" if text else "Error"
        return {"role": "tool", "tool_call_id": result.call_id, "content": text}

    def _answer(self, turn: Turn) -> dict[str, Any]:
        thoughts = "".join(part.text for part in turn.parts if isinstance(part, Thinking))
        calls = [self._call(part) for part in turn.parts if isinstance(part, ToolCall)]
        content = self._answer_content(turn)
        if thoughts and not calls:
            content.insert(0, {"type": "thinking", "thinking": thoughts})
        plain = len(content) == 1 and content[0]["type"] == "text"
        message: dict[str, Any] = {"role": "assistant"}
        if content or not calls:
            message["content"] = content[0]["text"] if plain else content or ""
        if calls:
            message["tool_calls"] = calls
        if calls and thoughts:
            message["tool_plan"] = thoughts
        return message

    def _answer_content(self, turn: Turn) -> list[dict[str, Any]]:
        content: list[dict[str, Any]] = []
        for part in turn.parts:
            match part:
                case Text():
                    content.append(self._part(part))
                case Refusal():
                    content.append({"type": "text", "text": part.text})
                case Thinking():
                    if part.signature is not None or part.data is not None:
                        self._left_out.at(part.path, "signature")
                case VendorBlock():
                    self._left_out.at(part.path, str(part.document.get("type", "vendor_block")))
                case ToolCall():
                    pass
                case _:
                    raise _unknown(part.path, "Cohere's format has no place for it there.")
        return content

    def _call(self, call: ToolCall) -> dict[str, Any]:
        self._leave_hints(call)
        function = {"name": call.name, "arguments": call.arguments or "{}"}
        return {"id": call.id, "type": "function", "function": function}

    def _part(self, part: Part) -> dict[str, Any]:
        match part:
            case Text():
                self._leave_hints(part)
                return {"type": "text", "text": part.text}
            case Image(UrlSource() | DataSource() as source):
                self._leave_hints(part)
                image = {"url": source.url if isinstance(source, UrlSource) else data_url(source)}
                if part.detail is not None:
                    image["detail"] = part.detail
                return {"type": "image_url", "image_url": image}
            case Document(TextSource(text)):
                self._leave_hints(part)
                for name in ("context", "citations"):
                    if getattr(part, name):
                        self._left_out.at(part.path, name)
                return {"type": "text", "text": f"{part.title}\n\n{text}" if part.title else text}
            case _:
                raise _unknown(part.path, "Cohere takes text and pictures.")

    def _leave_hints(self, part: Text | Image | Document | ToolCall | ToolResult) -> None:
        if part.cache is not None:
            self._left_out.at(part.path, "cache_control")
        if isinstance(part, Text) and part.citations:
            self._left_out.at(part.path, "citations")


def _unknown(path: str, reason: str) -> UntranslatableError:
    return UntranslatableError(f"'{path}' cannot be translated: {reason}", field=path)
