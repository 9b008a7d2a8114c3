"""Gemini's contents as neutral turns.

Gemini's calls need no ids: where one is missing, calls and results are numbered, and each result belongs to the first
call of its name that has none yet.
"""

from typing import Any

from passgate.inference.exchange.carried_signature import GOOGLE
from passgate.inference.exchange.chat_request import Turn
from passgate.inference.exchange.content import Document, Image, Part, Text, Thinking, ToolCall, ToolResult
from passgate.inference.inbound.gemini.parts import read_media, read_plain_part, read_signatures
from passgate.inference.inbound.gemini.proto_fields import ProtoFields
from passgate.inference.json_text import write_json
from passgate.inference.translation import InvalidRequestError

_ROLES = {"model": "assistant", "user": "user", "function": "user", "tool": "user"}


def read_contents(request: ProtoFields) -> list[Turn]:
    """All turns; those of one speaker in a row, as streams leave them in a talk's history, become one."""
    reader = _ContentReader()
    turns: list[Turn] = []
    for content in request.objects("contents"):
        turn = reader.read(content)
        if turns and turns[-1].role == turn.role:
            turns[-1] = Turn(turn.role, (*turns[-1].parts, *turn.parts), path=turns[-1].path)
        else:
            turns.append(turn)
    return [
        Turn(turn.role, _joined(turn.parts), path=turn.path) if turn.role == "assistant" else turn for turn in turns
    ]


def read_texts(content: ProtoFields) -> list[Text]:
    """A content that may hold text only, such as the instructions."""
    content.skip("role")
    texts = []
    for part in content.objects("parts"):
        text = part.text_or_none("text")
        if text is None:
            raise part.wrong("text", "there: no other parts can be translated here")
        if text:
            texts.append(Text(text, path=part.path))
        part.done()
    content.done()
    return texts


class _ContentReader:
    """Reads contents, and keeps track of the calls whose results are to come."""

    def __init__(self) -> None:
        self._made = 0
        self._waiting: list[tuple[str, str]] = []
        """Name and id of each call without a result."""

    def read(self, content: ProtoFields) -> Turn:
        role = content.text_or_none("role") or "user"
        if role not in _ROLES:
            raise content.wrong("role", "user or model")
        parts: list[Part] = []
        for part in content.objects("parts"):
            parts.extend(self._read_part(part))
        content.done()
        return Turn("assistant" if role == "model" else "user", tuple(parts), path=content.path)

    def _read_part(self, part: ProtoFields) -> list[Part]:
        call, result = part.object("functionCall"), part.object("functionResponse")
        if call is None and result is None:
            return read_plain_part(part)
        signatures = read_signatures(part)
        part.done()
        if result is not None:
            return [*signatures, self._result(result)]
        return self._call(call, signatures) if call is not None else signatures

    def _call(self, call: ProtoFields, signatures: list[Part]) -> list[Part]:
        name = call.text("name")
        call_id = call.text_or_none("id") or self._new_id()
        self._waiting.append((name, call_id))
        arguments = write_json(call.mapping("args") or {}).decode()
        call.done()
        signed = [_of_call(part, call_id) for part in signatures]
        return [*signed, ToolCall(call_id, name, arguments, path=call.path)]

    def _result(self, result: ProtoFields) -> ToolResult:
        name, told = result.text("name"), result.text_or_none("id")
        found = next((entry for entry in self._waiting if entry[1] == told), None)
        found = found or next((entry for entry in self._waiting if entry[0] == name), None)
        if found is None:
            path = result.at("name")
            raise InvalidRequestError(f"'{path}' answers no call of the contents before it.", field=path)
        self._waiting.remove(found)
        text, failed = _told(result.mapping("response") or {})
        parts: list[Text | Image | Document] = [Text(text, path=result.at("response"))]
        for part in result.objects("parts"):
            media = part.object("inlineData") or part.object("fileData")
            if media is None:
                raise part.missing("inlineData")
            read = read_media(media, part.path)
            if not isinstance(read, Image | Document):
                raise part.refuse("inlineData", "sound within a tool's result is Gemini's alone.")
            parts.append(read)
            part.done()
        result.done()
        return ToolResult(found[1], tuple(parts), failed, path=result.path)

    def _new_id(self) -> str:
        self._made += 1
        return f"call_{self._made}"


def _of_call(part: Part, call_id: str) -> Part:
    """Google's signature of a call, with the call's id."""
    if isinstance(part, Thinking) and part.id is None and part.format == GOOGLE:
        return Thinking(part.text, part.signature, part.data, part.format, call_id, part.path)
    return part


def _told(response: dict[str, Any]) -> tuple[str, bool]:
    """What a tool gave, and whether it failed (https://ai.google.dev/api/caching#FunctionResponse)."""
    for name in ("output", "error"):
        value = response.get(name)
        if response.keys() == {name} and isinstance(value, str):
            return value, name == "error"
    return write_json(response).decode(), response.keys() == {"error"}


def _joined(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """The answer as it was before it was streamed: neighbouring pieces of text, and of one thought, put together."""
    joined: list[Part] = []
    for part in parts:
        last = joined[-1] if joined else None
        if isinstance(part, Text) and isinstance(last, Text):
            joined[-1] = Text(last.text + part.text, path=last.path)
        elif isinstance(part, Thinking) and isinstance(last, Thinking) and _goes_on(last, part):
            origin = part.format if part.signature is not None else last.format
            joined[-1] = Thinking(last.text + part.text, part.signature, None, origin, part.id, last.path)
        else:
            joined.append(part)
    return tuple(joined)


def _goes_on(last: Thinking, part: Thinking) -> bool:
    return last.signature is None and last.data is None and part.data is None
