"""A stream of Gemini's as neutral events: each event is a piece of the answer, in the form of a whole one."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from passgate.inference.dialects.gemini.failure import read_failure
from passgate.inference.dialects.gemini.finish import read_finish
from passgate.inference.dialects.gemini.grounding import read_citations
from passgate.inference.dialects.gemini.reply import PartReader, read_beside, read_block
from passgate.inference.dialects.gemini.usage import read_usage
from passgate.inference.exchange.content import Part, Refusal, Text, Thinking, ToolCall, VendorBlock
from passgate.inference.exchange.event_object import event_object
from passgate.inference.exchange.events import (
    Cited,
    Failed,
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
from passgate.inference.exchange.ports import MakeId, VendorGarbageError
from passgate.inference.exchange.reading import as_count, as_list, as_text
from passgate.inference.sse import SseEvent

_MOST_CANDIDATES = 128
_MOST_CALLS = 1024


@dataclass(slots=True)
class _Candidate:
    """What must be remembered of one answer while it comes."""

    reader: PartReader
    finished: bool = False


class ResponseDecoder:
    """Reads GenerateContentResponse events."""

    def __init__(self, make_id: MakeId) -> None:
        self._make_id = make_id
        self._started = False
        self._blocked = False
        self._id = ""
        self._candidates: dict[int, _Candidate] = {}

    @property
    def complete(self) -> bool:
        """A candidate began and all that began have finished, or the prompt was refused."""
        told = self._candidates.values()
        return self._blocked or (bool(told) and all(candidate.finished for candidate in told))

    def see(self, event: SseEvent) -> list[StreamEvent]:
        """The neutral events of one event."""
        if event.data is None:
            return []
        document = event_object(event.data)
        return list(self._read(document))

    def _read(self, document: dict[str, Any]) -> Iterator[StreamEvent]:
        failure = read_failure(document)
        if failure is not None:
            yield Failed(failure)
            return
        if not self._started:
            self._started = True
            self._id = as_text(document.get("responseId")) or self._make_id()
            yield Started(self._id, as_text(document.get("modelVersion")))
        blocked = read_block(document)
        if blocked is not None and not self._blocked:
            self._blocked = True
            yield RefusalDelta(blocked.text)
        usage = read_usage(document)
        if usage is not None:
            # Before the end of a candidate, so that whoever waits for the last word has the usage by then.
            yield UsageTold(usage)
        for candidate in as_list(document.get("candidates")):
            if not isinstance(candidate, dict):
                raise VendorGarbageError("a candidate is not an object")
            yield from self._read_candidate(candidate)
        if blocked is not None:
            yield Finished("content_filter")

    def _read_candidate(self, told: dict[str, Any]) -> Iterator[StreamEvent]:
        index = as_count(told.get("index"))
        if index >= _MOST_CANDIDATES:
            raise VendorGarbageError("too many candidates")
        known = self._candidates.get(index)
        if known is None:
            known = self._candidates[index] = _Candidate(PartReader(self._id, index))
        slot = known.reader.calls
        for part in known.reader.read(told.get("content")):
            yield from _events(part, slot, index)
            slot += isinstance(part, ToolCall)
        if slot > _MOST_CALLS:
            raise VendorGarbageError("too many tool calls")
        for citation in read_citations(told, None):
            yield Cited(citation, index)
        for block in read_beside(told):
            yield VendorBlockSent(block, index)
        reason = read_finish(told.get("finishReason"), called=known.reader.calls > 0)
        if reason is not None and not known.finished:
            known.finished = True
            yield Finished(reason, None, index)


def _events(part: Part, slot: int, choice: int) -> Iterator[StreamEvent]:
    match part:
        case Text(text):
            yield TextDelta(text, choice)
        case Thinking(text, _, None):
            if text:
                yield ThinkingDelta(text, choice)
        case Thinking(_, _, data, origin, thought_id):
            yield ThinkingSealed(None, data, origin, thought_id, choice)
        case ToolCall(call_id, name, arguments):
            yield ToolCallStarted(slot, call_id, name, choice)
            yield ToolCallDelta(slot, arguments, choice)
        case VendorBlock():
            yield VendorBlockSent(part, choice)
        case Refusal(text):
            yield RefusalDelta(text, choice)
        case _:
            pass  # no other part stands in an answer
