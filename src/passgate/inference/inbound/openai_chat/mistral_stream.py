"""Neutral events as chunks for Mistral's own SDKs.

Their models of an answer demand a name of each piece of a tool call, and their users read one piece as the whole call
and find the usage beside the last finish reason, as Mistral sends them
(https://docs.mistral.ai/api/endpoint/chat, ``CompletionChunk`` of ``mistralai`` 3).
"""

from typing import Any

from passgate.inference.exchange.events import Finished, StreamEvent, ToolCallDelta, ToolCallStarted
from passgate.inference.exchange.ports import ReplyContext
from passgate.inference.inbound.openai_chat.reply import write_reason, write_usage
from passgate.inference.inbound.openai_chat.stream import DONE, ChunkEncoder
from passgate.inference.json_text import write_json
from passgate.inference.sse import sse_event


class MistralChunkEncoder(ChunkEncoder):
    """Writes chunks; a tool call waits until it is whole, the last finish reason until the usage is known."""

    def __init__(self, context: ReplyContext) -> None:
        super().__init__(context)
        self._calls: dict[tuple[int, int], tuple[ToolCallStarted, list[str]]] = {}
        self._finished: dict[str, Any] | None = None

    def write(self, event: StreamEvent) -> bytes:
        """The chunks of one event."""
        match event:
            case ToolCallStarted():
                self._calls[event.choice, event.slot] = (event, [])
                return b""
            case ToolCallDelta() if (event.choice, event.slot) in self._calls:
                self._calls[event.choice, event.slot][1].append(event.arguments)
                return b""
            case _:
                return super().write(event)

    def end(self) -> bytes:
        """The last finish reason with the usage, and the end mark."""
        if self._finished is None:
            return DONE
        usage = {} if self._usage is None else {"usage": write_usage(self._usage)}
        return sse_event(write_json({**self._head, "choices": [self._finished], **usage})) + DONE

    def _finish(self, event: Finished) -> bytes:
        out = self._flush_citations(event.choice) + self._flush_calls(event.choice) + self._flush_finished()
        self._finished = {"index": event.choice, "delta": {}, "finish_reason": write_reason(event.reason)}
        return out

    def _flush_calls(self, choice: int) -> bytes:
        """All calls of a choice, in one chunk."""
        own = [key for key in self._calls if key[0] == choice]
        whole = [_whole_call(*self._calls.pop(key)) for key in own]
        return self._chunk({"tool_calls": whole}, choice) if whole else b""

    def _flush_finished(self) -> bytes:
        """The finish reason of a choice that was not the last one to end."""
        finished, self._finished = self._finished, None
        return b"" if finished is None else sse_event(write_json({**self._head, "choices": [finished]}))


def _whole_call(started: ToolCallStarted, arguments: list[str]) -> dict[str, Any]:
    function = {"name": started.name, "arguments": "".join(arguments) or "{}"}
    return {"index": started.slot, "id": started.id, "type": "function", "function": function}
