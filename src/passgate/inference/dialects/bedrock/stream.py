"""A stream of ConverseStream's as neutral events.

See https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html.
"""

from collections.abc import Iterator
from typing import Any

from passgate.inference.dialects.bedrock.failure import stream_failure
from passgate.inference.dialects.bedrock.finish import read_stop
from passgate.inference.dialects.bedrock.reply import VENDOR, read_citation, unwrapped
from passgate.inference.dialects.bedrock.usage import read_usage
from passgate.inference.event_stream import EXCEPTION
from passgate.inference.exchange.carried_signature import ANTHROPIC
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
    ThinkingSealed,
    ToolCallDelta,
    ToolCallStarted,
    UsageTold,
    VendorBlockSent,
)
from passgate.inference.exchange.ports import MakeId, VendorGarbageError
from passgate.inference.exchange.reading import as_object, as_text, as_text_or_none
from passgate.inference.sse import SseEvent


class ConverseDecoder:
    """Reads messages of the event stream, by their names."""

    def __init__(self, make_id: MakeId) -> None:
        self._make_id = make_id
        self._started = False
        self._stopped = False
        self._text_block: object = None
        self._slots: dict[object, int] = {}
        self._silent: set[object] = set()
        """Tool calls of which no arguments came yet."""

    @property
    def complete(self) -> bool:
        """Said ``messageStart`` and ``messageStop``."""
        return self._started and self._stopped

    def see(self, event: SseEvent) -> list[StreamEvent]:
        """The neutral events of one message."""
        document = event_object(event.data or b"{}", "a message")
        name = event.name or ""
        if name.startswith(EXCEPTION):
            return [Failed(stream_failure(name.removeprefix(EXCEPTION), document))]
        return list(self._read(name, document))

    def _read(self, name: str, document: dict[str, Any]) -> Iterator[StreamEvent]:
        index = document.get("contentBlockIndex")
        if name not in {"messageStart", "metadata"} and not self._started:
            raise VendorGarbageError("a message before the first")
        match name:
            case "messageStart":
                self._started = True
                yield Started(self._make_id(), "")
            case "contentBlockStart":
                yield from self._open(index, as_object(document.get("start")))
            case "contentBlockDelta":
                yield from self._add(index, as_object(document.get("delta")))
            case "contentBlockStop":
                if index in self._silent:
                    # A tool without arguments is called with an empty object, which is not spelled out.
                    self._silent.discard(index)
                    yield ToolCallDelta(self._slots[index], "{}")
            case "messageStop":
                self._stopped = True
                stopped_by = as_object(document.get("additionalModelResponseFields")).get("stop_sequence")
                yield Finished(read_stop(document.get("stopReason")) or "stop", as_text_or_none(stopped_by))
            case "metadata":
                usage = read_usage(document.get("usage"))
                if usage is not None:
                    yield UsageTold(usage)
            case _:
                return  # kinds yet to come

    def _open(self, index: object, start: dict[str, Any]) -> Iterator[StreamEvent]:
        call = start.get("toolUse")
        if not isinstance(call, dict):
            return
        name = as_text_or_none(call.get("name"))
        if name is None:
            raise VendorGarbageError("a tool call without a name")
        slot = len(self._slots)
        self._slots[index] = slot
        self._silent.add(index)
        yield ToolCallStarted(slot, as_text(call.get("toolUseId")), name)

    def _add(self, index: object, delta: dict[str, Any]) -> Iterator[StreamEvent]:
        match delta:
            case {"text": str() as text}:
                if index != self._text_block:
                    self._text_block = index
                    yield TextOpened()
                if text:
                    yield TextDelta(text)
            case {"toolUse": {"input": str() as piece}}:
                slot = self._slots.get(index)
                if slot is None:
                    raise VendorGarbageError("arguments of no tool call")
                if piece:
                    self._silent.discard(index)
                    yield ToolCallDelta(slot, piece)
            case {"reasoningContent": dict() as thought}:
                yield from _think(thought)
            case {"citation": dict() as told}:
                cited = read_citation(told)
                yield Cited(cited) if isinstance(cited, Citation) else VendorBlockSent(cited)
            case _:
                if delta:
                    yield VendorBlockSent(VendorBlock(VENDOR, {"type": next(iter(delta)), **delta}))


def _think(thought: dict[str, Any]) -> Iterator[StreamEvent]:
    text = as_text(thought.get("text"))
    if text:
        yield ThinkingDelta(text)
    signature = as_text_or_none(thought.get("signature"))
    if signature is not None:
        yield ThinkingSealed(signature, None, ANTHROPIC)
    redacted = as_text_or_none(thought.get("redactedContent"))
    if redacted is not None:
        yield ThinkingSealed(None, unwrapped(redacted), ANTHROPIC)
