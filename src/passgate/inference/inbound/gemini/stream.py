"""Neutral events as a stream of GenerateContentResponse events."""

from dataclasses import dataclass, field
from typing import Any

from passgate.contracts.usage_record import TokenUsage
from passgate.inference.exchange.content import Part, Refusal, Text, Thinking, ToolCall
from passgate.inference.exchange.events import (
    Cited,
    Finished,
    RefusalDelta,
    Started,
    StreamEvent,
    TextDelta,
    ThinkingDelta,
    ThinkingSealed,
    ToolCallDelta,
    ToolCallStarted,
    UsageTold,
    VendorBlockSent,
)
from passgate.inference.exchange.log_probabilities import probability_rows
from passgate.inference.exchange.ports import ReplyContext, VendorGarbageError
from passgate.inference.inbound.gemini.reply import (
    PartWriter,
    beside,
    write_citation,
    write_reason,
    write_usage,
    write_vendor_block,
)
from passgate.inference.json_text import write_json
from passgate.inference.sse import MAX_EVENT_BYTES, sse_event


@dataclass(slots=True)
class _OpenCall:
    """A tool call whose arguments are coming: Gemini's format tells a call as a whole."""

    id: str
    name: str
    signatures: list[Thinking]
    pieces: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Candidate:
    """What must be remembered of one answer while it goes out."""

    parts: PartWriter = field(default_factory=PartWriter)
    calls: dict[int, _OpenCall] = field(default_factory=dict)
    citations: list[dict[str, Any]] = field(default_factory=list)
    finished: Finished | None = None
    size: int = 0
    """Characters of arguments that are kept."""


class ResponseEncoder:
    """Writes events, each a piece of the answer in the form of a whole one."""

    def __init__(self, context: ReplyContext) -> None:
        self._id = ""
        self._model = context.model
        self._usage: TokenUsage | None = None
        self._candidates: dict[int, _Candidate] = {}

    def write(self, event: StreamEvent) -> bytes:
        """The events of one neutral event."""
        match event:
            case Started():
                self._id, self._model = event.id, event.model or self._model
                self._usage = event.usage
            case UsageTold(usage):
                self._usage = usage
            case TextDelta(text, choice):
                return self._say(choice, Text(text))
            case RefusalDelta(text, choice):
                return self._say(choice, Refusal(text))
            case ThinkingDelta(text, choice):
                return self._say(choice, Thinking(text))
            case ThinkingSealed():
                return self._say(event.choice, Thinking("", event.signature, event.data, event.format, event.id))
            case _:
                return self._remember(event)
        return b""

    def _remember(self, event: StreamEvent) -> bytes:
        """What is told only once it is whole."""
        match event:
            case ToolCallStarted(slot, call_id, name, choice):
                candidate = self._of(choice)
                candidate.calls[slot] = _OpenCall(call_id, name, candidate.parts.take())
            case ToolCallDelta():
                self._add_arguments(event)
            case Cited(citation, choice):
                self._of(choice).citations.append(write_citation(citation))
            case VendorBlockSent(block, choice):
                rows = probability_rows(block)
                told = [] if rows is not None else [write_vendor_block(block)]
                return self._chunk([(choice, [], beside([], told, None, rows))])
            case Finished():
                self._of(event.choice).finished = event
                return self._flush(event.choice)
            case _:
                pass
        return b""

    def end(self) -> bytes:
        """Why each answer stopped, and the usage."""
        out = b"".join(self._flush(index) for index in tuple(self._candidates))
        last = []
        for index, candidate in sorted(self._candidates.items() or {0: _Candidate()}.items()):
            finished = candidate.finished
            told = beside(candidate.citations, [], finished.stop_sequence if finished is not None else None)
            reason = write_reason(finished.reason if finished is not None else None)
            last.append((index, candidate.parts.rest(), {"finishReason": reason, **told}))
        return out + self._chunk(last)

    def _of(self, choice: int) -> _Candidate:
        return self._candidates.setdefault(choice, _Candidate())

    def _say(self, choice: int, part: Part) -> bytes:
        parts = self._of(choice).parts.write(part)
        return self._chunk([(choice, parts, {})]) if parts else b""

    def _add_arguments(self, event: ToolCallDelta) -> None:
        candidate = self._of(event.choice)
        call = candidate.calls.get(event.slot)
        if call is None:
            return
        call.pieces.append(event.arguments)
        candidate.size += len(event.arguments)
        if candidate.size > MAX_EVENT_BYTES:
            raise VendorGarbageError("the arguments of tool calls are too large")

    def _flush(self, choice: int) -> bytes:
        """The calls: vendors may tell several at a time, so that none is whole before the end."""
        candidate = self._of(choice)
        parts = []
        for call in candidate.calls.values():
            for signature in call.signatures:
                candidate.parts.write(signature)
            parts.extend(candidate.parts.write(ToolCall(call.id, call.name, "".join(call.pieces))))
        candidate.calls = {}
        return self._chunk([(choice, parts, {})]) if parts else b""

    def _chunk(self, candidates: list[tuple[int, list[dict[str, Any]], dict[str, Any]]]) -> bytes:
        told = []
        for index, parts, more in candidates:
            # Google's SDK drops a talk's turn that has a piece without content, as Google itself never sends one.
            content = {"role": "model", "parts": parts or [{"text": ""}]}
            told.append({"content": content, **more, "index": index})
        document: dict[str, Any] = {"candidates": told}
        if self._usage is not None:
            document["usageMetadata"] = write_usage(self._usage)
        document["modelVersion"] = self._model
        document["responseId"] = self._id
        return sse_event(write_json(document))
