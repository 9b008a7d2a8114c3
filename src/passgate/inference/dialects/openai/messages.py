"""Neutral turns as OpenAI chat messages."""

import hashlib
from typing import Any

from passgate.inference.dialects.openai.parts import PartWriter
from passgate.inference.dialects.openai.profile import OpenAIProfile
from passgate.inference.exchange.chat_request import ChatRequest, Turn
from passgate.inference.exchange.content import (
    Audio,
    Document,
    Image,
    Part,
    Refusal,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from passgate.inference.exchange.left_out import LeftOut
from passgate.inference.exchange.reasoning_details import write_reasoning_detail
from passgate.inference.translation import UntranslatableError

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


class MessageWriter:
    """Writes the messages of one request."""

    def __init__(self, profile: OpenAIProfile, left_out: LeftOut) -> None:
        self._profile = profile
        self._left_out = left_out
        self._parts = PartWriter(profile, left_out)

    def write(self, request: ChatRequest) -> list[dict[str, Any]]:
        """All messages, instructions first."""
        messages: list[dict[str, Any]] = []
        if request.system:
            messages.append(self._system(list(request.system)))
        for turn in request.turns:
            written = self._turn(turn)
            if turn.name is not None and written:
                written[-1]["name"] = turn.name
            messages.extend(written)
        return messages

    def _turn(self, turn: Turn) -> list[dict[str, Any]]:
        if turn.role == "assistant":
            return [self._answer(turn)]
        if turn.role == "user":
            return self._said(turn)
        texts = []
        for part in turn.parts:
            if not isinstance(part, Text):
                raise self._unknown(part)
            texts.append(part)
        return [self._system(texts)]

    def _system(self, texts: list[Text]) -> dict[str, Any]:
        if any(text.cache for text in texts) and "cache_control" in self._profile.accepts:
            return {"role": "system", "content": [self._parts.text(text) for text in texts]}
        for text in texts:
            self._parts.leave_cache(text)
        return {"role": "system", "content": "\n\n".join(text.text for text in texts)}

    def _said(self, turn: Turn) -> list[dict[str, Any]]:
        """The results of tools first, each a message of its own; then what the user says and the tools' pictures."""
        messages: list[dict[str, Any]] = []
        content: list[dict[str, Any]] = []
        for part in turn.parts:
            if isinstance(part, ToolResult):
                messages.append(self._result(part, content))
            elif isinstance(part, Text | Image | Document | Audio):
                content.append(self._parts.write(part))
            else:
                raise self._unknown(part)
        if content or not messages:
            plain = len(content) == 1 and content[0].keys() == {"type", "text"}
            messages.append({"role": "user", "content": content[0]["text"] if plain else content})
        return messages

    def _result(self, result: ToolResult, after: list[dict[str, Any]]) -> dict[str, Any]:
        texts = [part.text for part in result.parts if isinstance(part, Text)]
        others = [part for part in result.parts if not isinstance(part, Text)]
        for part in (result, *result.parts):
            self._parts.leave_cache(part)
        if others:
            note = f"(What the tool call {result.call_id} returned besides text:)"
            after.append({"type": "text", "text": note})
            after.extend(self._parts.write(part) for part in others)
            texts = texts or ["(The result follows in the next message.)"]
        text = "\n".join(texts)
        if result.is_error:
            # OpenAI's format has no mark for a failed tool.
            text = f"Error: {text}" if text else "Error"
        return {"role": "tool", "tool_call_id": self._call_id(result.call_id), "content": text}

    def _answer(self, turn: Turn) -> dict[str, Any]:
        message: dict[str, Any] = {"role": "assistant", "content": None}
        texts: list[str] = []
        calls: list[dict[str, Any]] = []
        thoughts: list[Thinking] = []
        for part in turn.parts:
            match part:
                case Text():
                    self._parts.leave_cache(part)
                    if part.citations:
                        self._left_out.at(part.path, "citations")
                    texts.append(part.text)
                case Refusal():
                    message["refusal"] = message.get("refusal", "") + part.text
                case ToolCall():
                    calls.append(self._call(part))
                case Thinking():
                    thoughts.append(part)
                case Audio() | Image() | Document() | ToolResult():
                    raise self._unknown(part)
                case _:
                    # What the other vendor's own tools did; the answer that rests on it is in the text.
                    self._left_out.at(part.path, str(part.document.get("type", "vendor_block")))
        if texts or not (calls or "refusal" in message):
            message["content"] = "".join(texts)
        if calls:
            message["tool_calls"] = calls
        self._add_thoughts(message, thoughts)
        return message

    def _add_thoughts(self, message: dict[str, Any], thoughts: list[Thinking]) -> None:
        where = self._profile.reasoning_field
        if where == "reasoning_details" and thoughts:
            message[where] = [write_reasoning_detail(thought, index) for index, thought in enumerate(thoughts)]
            return
        told = "".join(thought.text for thought in thoughts)
        if where and told:
            message[where] = told
        for thought in thoughts:
            if not where or thought.data is not None or thought.signature is not None:
                self._left_out.at(thought.path, "thinking" if not where else "signature")

    def _call(self, call: ToolCall) -> dict[str, Any]:
        self._parts.leave_cache(call)
        function = {"name": call.name, "arguments": call.arguments or "{}"}
        return {"id": self._call_id(call.id), "type": "function", "function": function}

    def _call_id(self, told: str) -> str:
        """The id, or one of the length that the vendor demands, always the same for the same id."""
        length = self._profile.tool_call_id_length
        if not length or (len(told) == length and told.isalnum() and told.isascii()):
            return told
        digest = hashlib.sha256(told.encode()).digest()
        return "".join(_DIGITS[byte % len(_DIGITS)] for byte in digest[:length])

    def _unknown(self, part: Part) -> UntranslatableError:
        message = f"'{part.path}' cannot be translated: OpenAI's format has no place for it there."
        return UntranslatableError(message, field=part.path)
