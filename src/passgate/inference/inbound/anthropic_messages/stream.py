"""Neutral events as a stream of Anthropic message events."""

from typing import Any

from passgate.contracts.usage_record import TokenUsage
from passgate.inference.exchange.carried_signature import pack
from passgate.inference.exchange.chat_reply import Choice
from passgate.inference.exchange.content import VendorBlock
from passgate.inference.exchange.events import (
    Cited,
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
from passgate.inference.exchange.ports import ReplyContext
from passgate.inference.inbound.anthropic_messages.reply import (
    stop_fields,
    write_citation,
    write_usage,
    write_vendor_block,
)
from passgate.inference.json_text import write_json
from passgate.inference.sse import sse_event

_VENDOR_BLOCK_BYTES = 1024 * 1024
"""They wait for the last event; more than this is told by its number only."""


class MessageEncoder:
    """Writes message events: blocks one after the other, each opened and closed.

    A tool call that goes on after another has begun keeps its block's index; every reader of this format goes by it.
    """

    def __init__(self, context: ReplyContext) -> None:
        self._context = context
        self._usage = TokenUsage()
        self._finished = Finished("stop")
        self._blocks = 0
        self._open: str | None = None
        self._call_blocks: dict[int, int] = {}
        self._vendor_blocks: list[dict[str, Any]] = []
        self._vendor_bytes = 0
        self._omitted = 0

    def write(self, event: StreamEvent) -> bytes:
        """The message events of one event; answers beyond the first have no place in this format."""
        if getattr(event, "choice", 0) != 0:
            return b""
        match event:
            case TextDelta(text) | RefusalDelta(text):
                return self._text() + self._delta({"type": "text_delta", "text": text})
            case ThinkingDelta(text):
                return self._thoughts() + self._delta({"type": "thinking_delta", "thinking": text})
            case ThinkingSealed():
                return self._seal(event)
            case ToolCallStarted() | ToolCallDelta():
                return self._call(event)
            case _:
                return self._mark(event)

    def _mark(self, event: StreamEvent) -> bytes:
        """The events that bear no word of the answer."""
        match event:
            case Started():
                return self._start(event)
            case TextOpened():
                return self._close_block()
            case Cited(citation):
                cited = {"type": "citations_delta", "citation": write_citation(citation, "")}
                return self._text() + self._delta(cited)
            case VendorBlockSent(block):
                self._keep(block)
            case UsageTold(usage):
                self._usage = usage
            case Finished():
                self._finished = event
            case _:
                pass
        return b""

    def end(self) -> bytes:
        """Why the model stopped, the usage, and the end."""
        out = self._close_block()
        choice = Choice((), self._finished.reason, self._finished.stop_sequence)
        delta: dict[str, Any] = {"type": "message_delta", "delta": stop_fields(choice)}
        delta["usage"] = write_usage(self._usage)
        if self._omitted:
            self._vendor_blocks.append({"omitted": self._omitted})
        if self._vendor_blocks:
            delta["vendor_blocks"] = self._vendor_blocks
        return out + _event(delta) + _event({"type": "message_stop"})

    def _start(self, event: Started) -> bytes:
        self._usage = event.usage or self._usage
        message: dict[str, Any] = {
            "id": event.id,
            "type": "message",
            "role": "assistant",
            "model": event.model or self._context.model,
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": write_usage(self._usage),
        }
        return _event({"type": "message_start", "message": message})

    def _text(self) -> bytes:
        return self._open_block("text", {"type": "text", "text": ""})

    def _thoughts(self) -> bytes:
        return self._open_block("thinking", {"type": "thinking", "thinking": "", "signature": ""})

    def _seal(self, event: ThinkingSealed) -> bytes:
        if event.data is not None:
            data = pack(event.data, event.format, event.id)
            opened = self._close_block() + self._open_block("redacted", {"type": "redacted_thinking", "data": data})
            return opened + self._close_block()
        signature = pack(event.signature or "", event.format, event.id)
        signed = self._thoughts() + self._delta({"type": "signature_delta", "signature": signature})
        return signed + self._close_block()

    def _call(self, event: ToolCallStarted | ToolCallDelta) -> bytes:
        if isinstance(event, ToolCallDelta):
            delta = {"type": "input_json_delta", "partial_json": event.arguments}
            return self._delta(delta, self._call_blocks.get(event.slot))
        out = self._close_block()
        block = {"type": "tool_use", "id": event.id, "name": event.name, "input": {}}
        self._call_blocks[event.slot] = self._blocks
        return out + self._open_block("tool_use", block)

    def _keep(self, block: VendorBlock) -> None:
        written = write_vendor_block(block)
        self._vendor_bytes += len(write_json(written))
        if self._vendor_bytes > _VENDOR_BLOCK_BYTES:
            self._omitted += 1
        else:
            self._vendor_blocks.append(written)

    def _open_block(self, kind: str, block: dict[str, Any]) -> bytes:
        if self._open == kind:
            return b""
        out = self._close_block()
        self._open = kind
        return out + _event({"type": "content_block_start", "index": self._blocks, "content_block": block})

    def _close_block(self) -> bytes:
        if self._open is None:
            return b""
        self._open = None
        self._blocks += 1
        return _event({"type": "content_block_stop", "index": self._blocks - 1})

    def _delta(self, delta: dict[str, Any], index: int | None = None) -> bytes:
        place = self._blocks if index is None else index
        return _event({"type": "content_block_delta", "index": place, "delta": delta})


def _event(document: dict[str, Any]) -> bytes:
    return sse_event(write_json(document), str(document["type"]))
