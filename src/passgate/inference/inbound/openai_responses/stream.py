"""Neutral events as the events of a streamed response.

The last event holds the whole response, so what was said is kept until then, packed.
"""

from typing import Any

from passgate.contracts.usage_record import TokenUsage
from passgate.inference.exchange.chat_reply import FinishReason
from passgate.inference.exchange.content import Citation, Thinking, VendorBlock
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
from passgate.inference.exchange.log_probabilities import probability_rows
from passgate.inference.exchange.ports import ReplyContext
from passgate.inference.inbound.openai_responses import output
from passgate.inference.inbound.openai_responses.client_tool import ClientTools
from passgate.inference.inbound.openai_responses.items import VENDOR_FORMAT
from passgate.inference.inbound.openai_responses.open_calls import OpenCall
from passgate.inference.inbound.openai_responses.open_items import EventLine, OpenMessage, OpenThought
from passgate.inference.inbound.openai_responses.reply import response_id


class ResponseEncoder:
    """Writes the events. Of several answers it tells the first: a response is one."""

    def __init__(self, context: ReplyContext) -> None:
        self._document = output.response("resp_", context.model, context.created, context.asked)
        self._tools = ClientTools(context.asked)
        self._line = EventLine()
        self._reply_id = ""
        self._open: OpenMessage | OpenThought | None = None
        self._calls: dict[int, OpenCall] = {}
        self._usage: TokenUsage | None = None
        self._reason: FinishReason | None = None
        self._blocks: list[dict[str, Any]] = []

    def write(self, event: StreamEvent) -> bytes:
        """The events of one neutral event."""
        if getattr(event, "choice", 0) != 0:
            return b""
        match event:
            case TextDelta(text):
                return self._message("output_text", text)
            case RefusalDelta(text):
                return self._message("refusal", text)
            case ToolCallStarted() | ToolCallDelta():
                return self._call(event)
            case ThinkingDelta() | ThinkingSealed():
                return self._think(event.text) if isinstance(event, ThinkingDelta) else self._seal(event)
            case _:
                return self._mark(event)

    def _mark(self, event: StreamEvent) -> bytes:
        match event:
            case Started():
                return self._start(event)
            case TextOpened():
                return self._close() if isinstance(self._open, OpenMessage) else b""
            case Cited(citation):
                return self._cite(citation)
            case VendorBlockSent(block):
                return self._block(block)
            case UsageTold(usage):
                self._usage = usage
            case Finished(reason):
                self._reason = reason
                return self._close() + self._close_calls()
            case _:
                pass
        return b""

    def end(self) -> bytes:
        """The whole response."""
        rest = self._close() + self._close_calls()
        self._document |= output.ended(self._reason)
        self._document["output"] = self._line.items()
        if self._blocks:
            self._document["vendor_blocks"] = self._blocks
        if self._usage is not None:
            self._document["usage"] = output.usage(self._usage)
        return rest + self._line.event(f"response.{self._document['status']}", response=self._document)

    def _start(self, event: Started) -> bytes:
        self._reply_id = event.id
        self._document["id"] = response_id(event.id)
        if event.model:
            self._document["model"] = event.model
        if event.created is not None:
            self._document["created_at"] = event.created
        self._usage = event.usage
        return self._line.event("response.created", response=self._document) + self._line.event(
            "response.in_progress", response=self._document
        )

    def _message(self, kind: str, text: str) -> bytes:
        closing = b""
        if not isinstance(self._open, OpenMessage):
            closing = self._close()
            self._open = OpenMessage(self._line, self._named("msg"))
            closing += self._open.begin()
        return closing + self._open.say(kind, text)

    def _think(self, text: str) -> bytes:
        closing = b""
        if not isinstance(self._open, OpenThought):
            closing = self._close()
            self._open = OpenThought(self._line, self._named("rs"))
            closing += self._open.begin()
        return closing + self._open.say(text)

    def _seal(self, event: ThinkingSealed) -> bytes:
        sealed = Thinking("", event.signature, event.data, event.format, event.id)
        thought = self._open if isinstance(self._open, OpenThought) and event.data is None else None
        before = b""
        if thought is None:
            before = self._close()
            thought = OpenThought(self._line, self._named("rs"))
            before += thought.begin()
        self._open = None
        return before + thought.close(sealed)

    def _call(self, event: ToolCallStarted | ToolCallDelta) -> bytes:
        if isinstance(event, ToolCallDelta):
            call = self._calls.get(event.slot)
            return b"" if call is None else call.add(event.arguments)
        closing = self._close()
        call = self._calls[event.slot] = OpenCall(self._line, self._reply_id, event.id, self._tools.called(event.name))
        return closing + call.begin()

    def _cite(self, citation: Citation) -> bytes:
        """Some vendors cite before the text that rests on it."""
        opened = b"" if isinstance(self._open, OpenMessage) else self._message("output_text", "")
        if isinstance(self._open, OpenMessage):
            self._open.cite(citation)
        return opened

    def _block(self, block: VendorBlock) -> bytes:
        rows = probability_rows(block)
        if rows is not None and isinstance(self._open, OpenMessage) and self._open.weigh(rows):
            return b""
        item = output.vendor_block(block, VENDOR_FORMAT)
        if item is None:
            self._blocks.append({"format": block.vendor_format, "block": block.document})
            return b""
        place = self._line.reserve()
        self._line.keep(place, item)
        return (
            self._close()
            + self._line.event("response.output_item.added", output_index=place, item=item)
            + self._line.event("response.output_item.done", output_index=place, item=item)
        )

    def _close(self) -> bytes:
        opened, self._open = self._open, None
        return b"" if opened is None else opened.close()

    def _close_calls(self) -> bytes:
        calls, self._calls = self._calls, {}
        return b"".join(call.close() for call in calls.values())

    def _named(self, kind: str) -> str:
        return f"{kind}_{self._reply_id}_{self._line.begun}"
