"""Neutral turns as Gemini's contents, each signature on the part that it belongs to."""

import re
from typing import Any

from passgate.inference.dialects.gemini.parts import PartWriter
from passgate.inference.exchange.carried_signature import GOOGLE
from passgate.inference.exchange.chat_request import ChatRequest, Turn
from passgate.inference.exchange.content import Part, Text, Thinking, ToolCall, ToolResult, VendorBlock
from passgate.inference.exchange.left_out import LeftOut
from passgate.inference.translation import Target, UntranslatableError
from passgate.inference.vertex_address import is_vertex

_BEFORE_GEMINI_3 = re.compile(r"gemini-(?:1|2|pro)|gemma|learnlm")
_NO_SIGNATURE = "c2tpcF90aG91Z2h0X3NpZ25hdHVyZV92YWxpZGF0b3I="
"""``skip_thought_signature_validator``: what Google asks for on calls whose signature is not at hand
(https://ai.google.dev/gemini-api/docs/thought-signatures)."""
_PART_KINDS = ("executableCode", "codeExecutionResult", "toolCall", "toolResponse", "inlineData", "fileData")


def is_gemini_3(target: Target) -> bool:
    """Tell whether the model is of the third generation or later."""
    return _BEFORE_GEMINI_3.search(target.vendor_model) is None


class ContentWriter:
    """Writes the contents of one request."""

    def __init__(self, target: Target, left_out: LeftOut) -> None:
        newer = is_gemini_3(target)
        self._needs_signatures = newer
        self._left_out = left_out
        self._parts = PartWriter(left_out, needs_type=is_vertex(target), results_hold_media=newer)

    def write(self, request: ChatRequest) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """The instructions' parts, and the contents; turns of one speaker in a row become one content."""
        system = [part for text in request.system for part in self._parts.write(text)]
        contents: list[dict[str, Any]] = []
        for turn in request.turns:
            if turn.name is not None:
                self._left_out.at(turn.path, "name")
            if turn.role == "system":
                system.extend(written for part in turn.parts for written in self._parts.write(part))
                continue
            parts = self._answer(turn) if turn.role == "assistant" else self._said(turn)
            role = "model" if turn.role == "assistant" else "user"
            if contents and contents[-1]["role"] == role:
                contents[-1]["parts"].extend(parts)
            elif parts:
                contents.append({"role": role, "parts": parts})
        if not contents:
            message = "The field 'messages' cannot be translated: Gemini needs a message of the user's."
            raise UntranslatableError(message, field="messages")
        return system, contents

    def _said(self, turn: Turn) -> list[dict[str, Any]]:
        """The results of tools first, as Gemini wants them: next to the calls."""
        ordered = sorted(turn.parts, key=lambda part: not isinstance(part, ToolResult))
        return [written for part in ordered for written in self._parts.write(part)]

    def _answer(self, turn: Turn) -> list[dict[str, Any]]:
        signatures = _Signatures(turn.parts)
        written: list[dict[str, Any]] = []
        signed = False
        for part in turn.parts:
            match part:
                case Thinking():
                    written.extend(self._thought(part))
                    continue
                case VendorBlock():
                    written.extend(self._block(part))
                    continue
                case ToolCall():
                    signature = signatures.of_call(part.id)
                    if signature is None and not signed and self._needs_signatures:
                        signature = _NO_SIGNATURE
                    signed = True  # of parallel calls the first alone must be signed
                case Text() if part.text:
                    signature = signatures.of_text()
                case _:
                    signature = None
            pieces = self._parts.write(part)
            if signature is not None and pieces:
                pieces[0]["thoughtSignature"] = signature
            written.extend(pieces)
        written.extend({"text": "", "thoughtSignature": left} for left in signatures.rest())
        return written

    def _thought(self, thought: Thinking) -> list[dict[str, Any]]:
        """Gemini takes back its own thoughts only; signatures go to their parts."""
        if thought.format != GOOGLE:
            self._left_out.at(thought.path)
            return []
        return [{"text": thought.text, "thought": True}] if thought.text else []

    def _block(self, block: VendorBlock) -> list[dict[str, Any]]:
        if block.vendor_format == "gemini" and any(kind in block.document for kind in _PART_KINDS):
            return [block.document]
        self._left_out.at(block.path, str(block.document.get("type", "vendor_block")))
        return []


class _Signatures:
    """Gemini's signatures within one answer, until each has found its part."""

    def __init__(self, parts: tuple[Part, ...]) -> None:
        calls = {part.id for part in parts if isinstance(part, ToolCall)}
        self._of_calls: dict[str, str] = {}
        self._others: list[str] = []
        for part in parts:
            if not isinstance(part, Thinking) or part.format != GOOGLE:
                continue
            value = part.data or part.signature
            if value is None:
                continue
            if part.id in calls:
                self._of_calls[part.id or ""] = value
            else:
                self._others.append(value)
        self._texts = any(isinstance(part, Text) and part.text for part in parts)

    def of_call(self, call_id: str) -> str | None:
        """The call's own signature, or, where nothing was said beside it, one that lost its call's id."""
        own = self._of_calls.pop(call_id, None)
        if own is None and self._others and not self._texts:
            return self._others.pop(0)
        return own

    def of_text(self) -> str | None:
        """The next signature that is no call's."""
        return self._others.pop(0) if self._others else None

    def rest(self) -> list[str]:
        """Those that came without a part of their own, as at the end of streams."""
        return self._others
