"""The events of a vendor's response as neutral ones."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from passgate.inference.dialects.openai.responses.reply import (
    THOUGHT_FORMAT,
    VENDOR_FORMAT,
    read_citation,
    read_logprobs,
    read_other_note,
)
from passgate.inference.dialects.openai.responses.usage import read_error, read_reason, read_usage
from passgate.inference.exchange.content import VendorBlock
from passgate.inference.exchange.event_object import event_object
from passgate.inference.exchange.events import (
    Cited,
    Failed,
    Finished,
    RefusalDelta,
    Started,
    StreamEvent,
    TextDelta,
    TextOpened,
    ThinkingDelta,
    ThinkingSealed,
    ToolCallDelta,
    ToolCallStarted,
    UsageTold,
    VendorBlockSent,
)
from passgate.inference.exchange.ports import MakeId, VendorGarbageError
from passgate.inference.exchange.reading import as_count, as_list, as_object, as_text, as_text_or_none
from passgate.inference.sse import SseEvent

_MOST_CALLS = 1024
_TOLD_PIECEWISE = frozenset({"message", "function_call", "reasoning"})


class ResponseDecoder:
    """Reads the events of one response."""

    def __init__(self, make_id: MakeId) -> None:
        self._make_id = make_id
        self._ended = False
        self._slots: dict[int, int] = {}
        self._thought_told = False
        self._blocks: set[int] = set()
        self._readers: Mapping[str, Callable[[dict[str, Any]], Iterator[StreamEvent]]] = {
            "response.created": self._created,
            "response.output_item.added": self._item_added,
            "response.output_item.done": self._item_done,
            "response.content_part.added": self._part_added,
            "response.output_text.delta": self._text,
            "response.refusal.delta": lambda event: iter((RefusalDelta(as_text(event.get("delta"))),)),
            "response.output_text.annotation.added": self._annotated,
            "response.reasoning_summary_part.added": self._thought_part,
            "response.reasoning_summary_text.delta": self._thought,
            "response.reasoning_text.delta": self._thought,
            "response.function_call_arguments.delta": self._arguments,
            "response.completed": self._end,
            "response.incomplete": self._end,
            "response.failed": self._failed,
            "error": self._error,
        }

    @property
    def complete(self) -> bool:
        """The whole response was told."""
        return self._ended

    def see(self, event: SseEvent) -> list[StreamEvent]:
        """The neutral events of one event."""
        if event.data is None or event.data.strip() == b"[DONE]":
            return []
        document = event_object(event.data)
        kind = as_text(document.get("type")) or ("error" if document.get("error") else "")
        read = self._readers.get(kind)
        return [] if read is None else list(read(document))

    def _created(self, event: dict[str, Any]) -> Iterator[StreamEvent]:
        told = as_object(event.get("response"))
        created = as_count(told.get("created_at")) or None
        yield Started(as_text(told.get("id")) or self._make_id(), as_text(told.get("model")), created)

    def _item_added(self, event: dict[str, Any]) -> Iterator[StreamEvent]:
        item = as_object(event.get("item"))
        if item.get("type") == "function_call":
            if len(self._slots) >= _MOST_CALLS:
                raise VendorGarbageError("too many tool calls")
            slot = self._slots[as_count(event.get("output_index"))] = len(self._slots)
            yield ToolCallStarted(slot, as_text(item.get("call_id")), as_text(item.get("name")))

    def _item_done(self, event: dict[str, Any]) -> Iterator[StreamEvent]:
        item = as_object(event.get("item"))
        kind = item.get("type")
        if kind == "reasoning":
            self._thought_told = False
            sealed = as_text_or_none(item.get("encrypted_content"))
            if sealed is not None:
                yield ThinkingSealed(None, sealed, THOUGHT_FORMAT, as_text_or_none(item.get("id")))
        elif item and kind not in _TOLD_PIECEWISE:
            self._blocks.add(as_count(event.get("output_index")))
            yield VendorBlockSent(VendorBlock(VENDOR_FORMAT, item))

    def _part_added(self, event: dict[str, Any]) -> Iterator[StreamEvent]:
        if as_object(event.get("part")).get("type") == "output_text":
            yield TextOpened()

    def _text(self, event: dict[str, Any]) -> Iterator[StreamEvent]:
        yield TextDelta(as_text(event.get("delta")))
        for block in read_logprobs(event):
            yield VendorBlockSent(block)

    def _annotated(self, event: dict[str, Any]) -> Iterator[StreamEvent]:
        note = as_object(event.get("annotation"))
        citation = read_citation(note)
        if citation is not None:
            yield Cited(citation)
        for block in read_other_note(note):
            yield VendorBlockSent(block)

    def _thought_part(self, _: dict[str, Any]) -> Iterator[StreamEvent]:
        if self._thought_told:
            yield ThinkingDelta("\n\n")

    def _thought(self, event: dict[str, Any]) -> Iterator[StreamEvent]:
        self._thought_told = True
        yield ThinkingDelta(as_text(event.get("delta")))

    def _arguments(self, event: dict[str, Any]) -> Iterator[StreamEvent]:
        slot = self._slots.get(as_count(event.get("output_index")))
        if slot is None:
            raise VendorGarbageError("arguments of a call that never began")
        yield ToolCallDelta(slot, as_text(event.get("delta")))

    def _end(self, event: dict[str, Any]) -> Iterator[StreamEvent]:
        response = as_object(event.get("response"))
        self._ended = True
        yield from self._untold(response)
        usage = read_usage(response)
        if usage is not None:
            yield UsageTold(usage)
        yield Finished(read_reason(response))

    def _untold(self, response: dict[str, Any]) -> Iterator[StreamEvent]:
        """What the vendor's own tools did and no event has told: some items stand in the whole response alone."""
        for place, told in enumerate(as_list(response.get("output"))):
            item = as_object(told)
            if item and place not in self._blocks and item.get("type") not in _TOLD_PIECEWISE:
                yield VendorBlockSent(VendorBlock(VENDOR_FORMAT, item))

    def _failed(self, event: dict[str, Any]) -> Iterator[StreamEvent]:
        response = as_object(event.get("response"))
        usage = read_usage(response)
        if usage is not None:
            yield UsageTold(usage)
        yield Failed(read_error(response.get("error")))

    def _error(self, event: dict[str, Any]) -> Iterator[StreamEvent]:
        yield Failed(read_error(event.get("error") or event))
