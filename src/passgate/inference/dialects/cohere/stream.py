"""A stream of Cohere's as neutral events (https://docs.cohere.com/v2/docs/streaming)."""

from collections.abc import Iterator
from typing import Any

from passgate.inference.dialects.cohere.failure import read_failure
from passgate.inference.dialects.cohere.finish import FAULTS, read_finish
from passgate.inference.dialects.cohere.reply import VENDOR, read_citation
from passgate.inference.dialects.cohere.usage import read_usage
from passgate.inference.exchange.content import Citation, VendorBlock
from passgate.inference.exchange.event_object import event_object
from passgate.inference.exchange.events import (
    Cited,
    Failed,
    Finished,
    Started,
    StreamEvent,
    TextDelta,
    TextOpened,
    ThinkingDelta,
    ToolCallDelta,
    ToolCallStarted,
    UsageTold,
    VendorBlockSent,
)
from passgate.inference.exchange.failure import VendorFailure
from passgate.inference.exchange.ports import MakeId, VendorGarbageError
from passgate.inference.exchange.reading import as_object, as_text, as_text_or_none
from passgate.inference.sse import SseEvent

_DONE = b"[DONE]"


class ChatDecoder:
    """Reads events, by the ``type`` in their data."""

    def __init__(self, make_id: MakeId) -> None:
        self._make_id = make_id
        self._started = False
        self._ended = False
        self._slots: dict[object, int] = {}

    @property
    def complete(self) -> bool:
        """Said ``message-start`` and ``message-end``."""
        return self._started and self._ended

    def see(self, event: SseEvent) -> list[StreamEvent]:
        """The neutral events of one event."""
        if event.data is None or event.data.strip() == _DONE:
            return []
        document = event_object(event.data)
        return list(self._read(document))

    def _read(self, document: dict[str, Any]) -> Iterator[StreamEvent]:
        kind = document.get("type")
        delta = as_object(document.get("delta"))
        message = as_object(delta.get("message"))
        if kind is None:
            yield Failed(read_failure(document) or VendorFailure("The vendor reported an error."))
        elif kind == "message-start":
            self._started = True
            yield Started(as_text(document.get("id")) or self._make_id(), "")
        elif not self._started:
            raise VendorGarbageError("an event before the first")
        elif kind in {"content-start", "content-delta"}:
            yield from _add_content(as_object(message.get("content")), opens=kind == "content-start")
        elif kind == "tool-plan-delta":
            yield from _thought(message.get("tool_plan"))
        elif kind in {"tool-call-start", "tool-call-delta"}:
            yield from self._add_call(document.get("index"), as_object(message.get("tool_calls")))
        elif kind == "citation-start":
            cited = read_citation(message.get("citations"))
            yield Cited(cited) if isinstance(cited, Citation) else VendorBlockSent(cited)
        elif kind == "message-end":
            yield from self._end(delta)

    def _add_call(self, index: object, call: dict[str, Any]) -> Iterator[StreamEvent]:
        function = as_object(call.get("function"))
        name = as_text_or_none(function.get("name"))
        slot = self._slots.get(index)
        if slot is None:
            if name is None:
                raise VendorGarbageError("a tool call without a name")
            slot = self._slots[index] = len(self._slots)
            yield ToolCallStarted(slot, as_text(call.get("id")), name)
        arguments = as_text(function.get("arguments"))
        if arguments:
            yield ToolCallDelta(slot, arguments)

    def _end(self, delta: dict[str, Any]) -> Iterator[StreamEvent]:
        usage = read_usage(delta.get("usage"))
        if usage is not None:
            yield UsageTold(usage)
        reason = as_text(delta.get("finish_reason"))
        if reason in FAULTS:
            message = as_text_or_none(delta.get("error")) or "The vendor could not finish its answer."
            yield Failed(VendorFailure(message, FAULTS[reason]))
            return
        self._ended = True
        yield Finished(read_finish(reason) or "stop")


def _add_content(content: dict[str, Any], *, opens: bool) -> Iterator[StreamEvent]:
    if "thinking" in content:
        yield from _thought(content.get("thinking"))
    elif "text" in content:
        if opens:
            yield TextOpened()
        text = as_text(content.get("text"))
        if text:
            yield TextDelta(text)
    elif content:
        yield VendorBlockSent(VendorBlock(VENDOR, content))


def _thought(told: object) -> Iterator[StreamEvent]:
    text = as_text(told)
    if text:
        yield ThinkingDelta(text)
