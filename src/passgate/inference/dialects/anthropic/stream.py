"""A stream of Anthropic's as neutral events (https://docs.anthropic.com/en/docs/build-with-claude/streaming)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from passgate.inference.dialects.anthropic.failure import read_failure
from passgate.inference.dialects.anthropic.finish import read_stop
from passgate.inference.dialects.anthropic.reply import read_citation, read_refusal
from passgate.inference.dialects.anthropic.usage import UsageCount
from passgate.inference.exchange.carried_signature import ANTHROPIC
from passgate.inference.exchange.content import Citation, VendorBlock
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
from passgate.inference.exchange.failure import VendorFailure
from passgate.inference.exchange.ports import MakeId, VendorGarbageError
from passgate.inference.exchange.reading import as_list, as_object, as_text, as_text_or_none
from passgate.inference.json_text import read_exact, write_json
from passgate.inference.sse import MAX_EVENT_BYTES, SseEvent


@dataclass(slots=True)
class _OpenBlock:
    """The block that is coming."""

    kind: str
    document: dict[str, Any]
    slot: int = -1
    said_arguments: bool = False
    pieces: list[str] = field(default_factory=list)
    """The input of a tool of Anthropic's own, which goes on as a whole."""
    size: int = 0


class MessageDecoder:
    """Reads message events."""

    def __init__(self, make_id: MakeId) -> None:
        self._make_id = make_id
        self._stopped = False
        self._started = False
        self._count = UsageCount()
        self._open: _OpenBlock | None = None
        self._calls = 0

    @property
    def complete(self) -> bool:
        """Said ``message_start`` and ``message_stop``."""
        return self._started and self._stopped

    def see(self, event: SseEvent) -> list[StreamEvent]:
        """The neutral events of one event."""
        if event.data is None:
            return []
        document = event_object(event.data)
        return list(self._read(document))

    def _read(self, document: dict[str, Any]) -> Iterator[StreamEvent]:
        match document.get("type"):
            case "message_start":
                yield self._start(as_object(document.get("message")))
            case "content_block_start":
                yield from self._open_block(document.get("content_block"))
            case "content_block_delta":
                yield from self._add(as_object(document.get("delta")))
            case "content_block_stop":
                yield from self._close_block()
            case "message_delta":
                yield from self._finish(document)
            case "message_stop":
                self._stopped = True
            case "error":
                yield Failed(read_failure(document) or VendorFailure("The vendor reported an error."))
            case _:
                # "ping", and kinds yet to come: Anthropic adds such without notice.
                return

    def _start(self, message: dict[str, Any]) -> Started:
        if self._started:
            raise VendorGarbageError("a second message")
        self._started = True
        self._count.add(message.get("usage"))
        reply_id = as_text(message.get("id")) or self._make_id()
        return Started(reply_id, as_text(message.get("model")), None, self._count.total())

    def _open_block(self, block: object) -> Iterator[StreamEvent]:
        if not isinstance(block, dict) or not self._started:
            raise VendorGarbageError("a block is not an object, or comes before its message")
        kind = as_text(block.get("type"))
        self._open = _OpenBlock(kind, block)
        if kind == "text":
            yield TextOpened()
            yield from self._add({"type": "text_delta", "text": block.get("text")})
        elif kind == "thinking":
            yield from self._add({"type": "thinking_delta", "thinking": block.get("thinking")})
        elif kind == "redacted_thinking":
            yield ThinkingSealed(None, as_text(block.get("data")), ANTHROPIC)
        elif kind == "tool_use":
            name = as_text_or_none(block.get("name"))
            if name is None:
                raise VendorGarbageError("a tool call without a name")
            self._open.slot = self._calls
            self._calls += 1
            yield ToolCallStarted(self._open.slot, as_text(block.get("id")), name)

    def _add(self, delta: dict[str, Any]) -> Iterator[StreamEvent]:
        block = self._open
        if block is None:
            raise VendorGarbageError("a delta without a block")
        match delta.get("type"):
            case "text_delta" if delta.get("text"):
                yield TextDelta(as_text(delta.get("text")))
            case "thinking_delta" if delta.get("thinking"):
                yield ThinkingDelta(as_text(delta.get("thinking")))
            case "signature_delta":
                yield ThinkingSealed(as_text(delta.get("signature")), None, ANTHROPIC)
            case "input_json_delta":
                yield from self._add_arguments(block, as_text(delta.get("partial_json")))
            case "citations_delta":
                cited = read_citation(delta.get("citation"))
                yield Cited(cited) if isinstance(cited, Citation) else VendorBlockSent(cited)
            case _:
                return

    def _add_arguments(self, block: _OpenBlock, piece: str) -> Iterator[StreamEvent]:
        if not piece:
            return
        if block.slot >= 0:
            block.said_arguments = True
            yield ToolCallDelta(block.slot, piece)
            return
        block.size += len(piece)
        if block.size > MAX_EVENT_BYTES:
            raise VendorGarbageError("the input of a vendor's tool is too large")
        block.pieces.append(piece)

    def _close_block(self) -> Iterator[StreamEvent]:
        block, self._open = self._open, None
        if block is None:
            raise VendorGarbageError("the end of no block")
        if block.slot >= 0:
            if not block.said_arguments:
                # A tool without arguments is called with an empty object, which Anthropic does not spell out.
                yield ToolCallDelta(block.slot, write_json(as_object(block.document.get("input"))).decode())
        elif block.kind == "text":
            for citation in as_list(block.document.get("citations")):
                cited = read_citation(citation)
                yield Cited(cited) if isinstance(cited, Citation) else VendorBlockSent(cited)
        elif block.kind == "thinking":
            signature = as_text_or_none(block.document.get("signature"))
            if signature is not None:
                yield ThinkingSealed(signature, None, ANTHROPIC)
        elif block.kind != "redacted_thinking":
            yield VendorBlockSent(VendorBlock("anthropic", _whole(block)))

    def _finish(self, document: dict[str, Any]) -> Iterator[StreamEvent]:
        delta = as_object(document.get("delta"))
        self._count.add(document.get("usage"))
        usage = self._count.total()
        if usage is not None:
            yield UsageTold(usage)
        for refusal in read_refusal(delta):
            yield RefusalDelta(refusal.text)
        reason = read_stop(delta.get("stop_reason"))
        if reason is not None:
            yield Finished(reason, as_text_or_none(delta.get("stop_sequence")))


def _whole(block: _OpenBlock) -> dict[str, Any]:
    if not block.pieces:
        return block.document
    text = "".join(block.pieces)
    try:
        given = read_exact(text)
    except ValueError:
        given = text
    return {**block.document, "input": given}
