"""Neutral events as a stream of OpenAI chat completion chunks."""

from typing import Any

from passgate.contracts.usage_record import TokenUsage
from passgate.inference.exchange.content import Citation, Thinking
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
from passgate.inference.exchange.reasoning_details import write_reasoning_detail
from passgate.inference.inbound.openai_chat.reply import (
    own_logprobs,
    write_citation,
    write_reason,
    write_usage,
    write_vendor_block,
)
from passgate.inference.json_text import write_json
from passgate.inference.sse import sse_event

DONE = b"data: [DONE]\n\n"
"""The end mark."""


class ChunkEncoder:
    """Writes chunks. Thoughts and vendors' own blocks go where ``reply`` says."""

    def __init__(self, context: ReplyContext) -> None:
        self._context = context
        self._head: dict[str, Any] = {
            "id": "",
            "object": "chat.completion.chunk",
            "created": context.created,
            "model": context.model,
        }
        self._usage: TokenUsage | None = None
        self._length = 0
        self._text_start = 0
        self._citations: list[Citation] = []
        self._thoughts = 0
        self._thought_open = False

    def write(self, event: StreamEvent) -> bytes:
        """The chunks of one event."""
        match event:
            case TextDelta(text, choice):
                self._length += len(text)
                return self._chunk({"content": text}, choice)
            case ToolCallStarted() | ToolCallDelta():
                return self._chunk({"tool_calls": [_tool_call(event)]}, event.choice)
            case ThinkingDelta() | ThinkingSealed():
                return self._think(event)
            case RefusalDelta(text, choice):
                return self._chunk({"refusal": text}, choice)
            case VendorBlockSent():
                return self._block(event)
            case _:
                return self._mark(event)

    def _mark(self, event: StreamEvent) -> bytes:
        """The events that bear no word of the answer."""
        match event:
            case Started():
                return self._start(event)
            case TextOpened(choice):
                return self._flush_citations(choice)
            case Finished():
                return self._finish(event)
            case Cited(citation, _):
                self._citations.append(citation)
            case UsageTold(usage):
                self._usage = usage
            case _:
                pass
        return b""

    def end(self) -> bytes:
        """Usage, where it was asked for, and the end mark."""
        if not self._context.include_usage or self._usage is None:
            return DONE
        document = {**self._head, "choices": [], "usage": write_usage(self._usage)}
        return sse_event(write_json(document)) + DONE

    def _start(self, event: Started) -> bytes:
        self._usage = event.usage
        self._head["id"] = event.id
        if event.model:
            self._head["model"] = event.model
        if event.created is not None:
            self._head["created"] = event.created
        return self._chunk({"role": "assistant", "content": ""}, 0)

    def _think(self, event: ThinkingDelta | ThinkingSealed) -> bytes:
        index = self._thoughts
        if isinstance(event, ThinkingDelta):
            detail = {"type": "reasoning.text", "text": event.text, "index": index}
            self._thought_open = True
            return self._chunk({"reasoning_content": event.text, "reasoning_details": [detail]}, event.choice)
        if event.data is not None and self._thought_open:
            index += 1
        detail = write_reasoning_detail(Thinking("", event.signature, event.data, event.format, event.id), index)
        if event.data is None:
            # The text came before; this fragment of the same index adds the signature.
            del detail["text"]
        self._thoughts = index + 1
        self._thought_open = False
        return self._chunk({"reasoning_details": [detail]}, event.choice)

    def _block(self, event: VendorBlockSent) -> bytes:
        logprobs = own_logprobs(event.block)
        if logprobs is not None:
            return self._chunk({}, event.choice, logprobs)
        return self._chunk({"vendor_blocks": [write_vendor_block(event.block)]}, event.choice)

    def _finish(self, event: Finished) -> bytes:
        cited = self._flush_citations(event.choice)
        choice = {"index": event.choice, "delta": {}, "finish_reason": write_reason(event.reason)}
        if event.stop_sequence is not None:
            choice["stop_reason"] = event.stop_sequence
        return cited + sse_event(write_json({**self._head, "choices": [choice]}))

    def _flush_citations(self, choice: int) -> bytes:
        """Citations tell which characters they bear, so they wait until their part of the text is over."""
        start, self._text_start = self._text_start, self._length
        citations, self._citations = self._citations, []
        if not citations:
            return b""
        annotations = [write_citation(citation, start, self._length) for citation in citations]
        return self._chunk({"annotations": annotations}, choice)

    def _chunk(self, delta: dict[str, Any], choice: int, logprobs: dict[str, Any] | None = None) -> bytes:
        told: dict[str, Any] = {"index": choice, "delta": delta, "finish_reason": None}
        if logprobs is not None:
            told["logprobs"] = logprobs
        return sse_event(write_json({**self._head, "choices": [told]}))


def _tool_call(event: ToolCallStarted | ToolCallDelta) -> dict[str, Any]:
    if isinstance(event, ToolCallDelta):
        return {"index": event.slot, "function": {"arguments": event.arguments}}
    function = {"name": event.name, "arguments": ""}
    return {"index": event.slot, "id": event.id, "type": "function", "function": function}
