"""A whole answer of Gemini's as a neutral one.

Gemini signs parts of its answer (``thoughtSignature``) and wants the signatures back on the same parts. Here each
stands before its part, as an encrypted thought; where the part is a tool call, the thought bears the call's id, so
that the two find together again in formats that keep thoughts and calls apart.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from passgate.inference.dialects.gemini.finish import is_odd, read_finish
from passgate.inference.dialects.gemini.grounding import read_citations
from passgate.inference.dialects.gemini.usage import read_tier, read_usage
from passgate.inference.exchange.carried_signature import GOOGLE
from passgate.inference.exchange.chat_reply import ChatReply, Choice
from passgate.inference.exchange.content import Citation, Part, Refusal, Text, Thinking, ToolCall, VendorBlock
from passgate.inference.exchange.ports import MakeId, VendorGarbageError
from passgate.inference.exchange.reading import as_list, as_object, as_text, as_text_or_none
from passgate.inference.json_text import write_json

_BESIDE = ("groundingMetadata", "citationMetadata", "urlContextMetadata", "logprobsResult")
"""What a candidate may tell beside its content."""


def read_reply(document: dict[str, Any], make_id: MakeId) -> ChatReply:
    """Read a GenerateContentResponse.

    Raises:
        VendorGarbageError: it is none.
    """
    told = as_object(document)
    reply_id = as_text(told.get("responseId")) or make_id()
    blocked = read_block(told)
    candidates = told.get("candidates")
    if blocked is None and not (isinstance(candidates, list) and candidates):
        raise VendorGarbageError("no candidates")
    if candidates:
        choices = tuple(_choice(candidate, reply_id) for candidate in as_list(candidates))
    else:
        choices = (Choice((blocked,) if blocked is not None else (), "content_filter"),)
    model = as_text(told.get("modelVersion"))
    return ChatReply(reply_id, model, choices, None, read_usage(told), read_tier(told))


def read_block(document: dict[str, Any]) -> Refusal | None:
    """Why the prompt itself was refused, where it was."""
    feedback = as_object(document.get("promptFeedback"))
    reason = as_text_or_none(feedback.get("blockReason"))
    if reason is None:
        return None
    words = as_text_or_none(feedback.get("blockReasonMessage"))
    return Refusal(words or f"The prompt was blocked: {reason}.")


class PartReader:
    """Reads the parts of one candidate."""

    def __init__(self, reply_id: str, choice: int = 0) -> None:
        self._stem = f"call_{reply_id}_{choice}_" if choice else f"call_{reply_id}_"
        self.calls = 0

    def read(self, content: object) -> Iterator[Part]:
        """The neutral parts of a content."""
        for part in as_list(as_object(content).get("parts")):
            if not isinstance(part, dict):
                raise VendorGarbageError("a part is not an object")
            yield from self._part(part)

    def _part(self, part: dict[str, Any]) -> Iterator[Part]:
        signature = as_text_or_none(part.get("thoughtSignature"))
        call = part.get("functionCall")
        if isinstance(call, dict):
            yield from self._call(call, signature)
        elif part.get("thought") is True:
            yield Thinking(as_text(part.get("text")), None, None, GOOGLE)
            if signature is not None:
                yield Thinking("", None, signature, GOOGLE)
        elif isinstance(part.get("text"), str):
            if signature is not None:
                yield Thinking("", None, signature, GOOGLE)
            if part["text"]:
                yield Text(part["text"])
        elif part:
            yield VendorBlock("gemini", part)

    def _call(self, call: dict[str, Any], signature: str | None) -> Iterator[Part]:
        name = as_text_or_none(call.get("name"))
        if name is None:
            raise VendorGarbageError("a tool call without a name")
        call_id = as_text_or_none(call.get("id")) or f"{self._stem}{self.calls}"
        self.calls += 1
        if signature is not None:
            yield Thinking("", None, signature, GOOGLE, call_id)
        yield ToolCall(call_id, name, write_json(as_object(call.get("args"))).decode())


def read_beside(candidate: dict[str, Any]) -> Iterator[VendorBlock]:
    """What stands beside the content, and a reason to stop that has no counterpart."""
    for name in _BESIDE:
        if candidate.get(name):
            yield VendorBlock("gemini", {"type": name, name: candidate[name]})
    reason = candidate.get("finishReason")
    if is_odd(reason):
        told = {"type": "finish", "finishReason": reason, "finishMessage": candidate.get("finishMessage")}
        yield VendorBlock("gemini", told)


def _choice(candidate: object, reply_id: str) -> Choice:
    if not isinstance(candidate, dict):
        raise VendorGarbageError("a candidate is not an object")
    index = candidate.get("index")
    reader = PartReader(reply_id, index if isinstance(index, int) else 0)
    parts = _joined(reader.read(candidate.get("content")))
    cited = tuple(read_citations(candidate, "".join(part.text for part in parts if isinstance(part, Text))))
    if cited:
        _cite(parts, cited)
    parts.extend(read_beside(candidate))
    return Choice(tuple(parts), read_finish(candidate.get("finishReason"), called=reader.calls > 0))


def _joined(parts: Iterable[Part]) -> list[Part]:
    """The parts, with what is said in one go as one text: Gemini cuts it where it likes, also in the midst of JSON."""
    joined: list[Part] = []
    for part in parts:
        last = joined[-1] if joined else None
        if isinstance(part, Text) and isinstance(last, Text):
            joined[-1] = Text(last.text + part.text)
        else:
            joined.append(part)
    return joined


def _cite(parts: list[Part], cited: tuple[Citation, ...]) -> None:
    """Citations stand with the last text: their places count from the start of the answer."""
    for place in range(len(parts) - 1, -1, -1):
        part = parts[place]
        if isinstance(part, Text):
            parts[place] = Text(part.text, cited)
            return
