"""A stream of Ollama's, a JSON object a line, as neutral events (https://docs.ollama.com/api/streaming)."""

from collections.abc import Iterator
from typing import Any

from passgate.inference.dialects.ollama.failure import read_failure
from passgate.inference.dialects.ollama.reply import created, read_call, read_finish, read_usage
from passgate.inference.exchange.event_object import event_object
from passgate.inference.exchange.events import (
    Failed,
    Finished,
    Started,
    StreamEvent,
    TextDelta,
    ThinkingDelta,
    ToolCallDelta,
    ToolCallStarted,
    UsageTold,
)
from passgate.inference.exchange.ports import MakeId
from passgate.inference.exchange.reading import as_list, as_object, as_text
from passgate.inference.sse import SseEvent


class LineDecoder:
    """Reads lines; each bears a piece of the answer, the last one its end and usage."""

    def __init__(self, make_id: MakeId) -> None:
        self._id = make_id()
        self._started = False
        self._done = False
        self._calls = 0

    @property
    def complete(self) -> bool:
        """A line said that it is done."""
        return self._done

    def see(self, event: SseEvent) -> list[StreamEvent]:
        """The neutral events of one line."""
        document = event_object(event.data or b"", "a line")
        return list(self._read(document))

    def _read(self, document: dict[str, Any]) -> Iterator[StreamEvent]:
        failure = read_failure(document)
        if failure is not None:
            yield Failed(failure)
            return
        if not self._started:
            self._started = True
            yield Started(self._id, as_text(document.get("model")), created(document))
        message = as_object(document.get("message"))
        if as_text(message.get("thinking")):
            yield ThinkingDelta(as_text(message.get("thinking")))
        if as_text(message.get("content")):
            yield TextDelta(as_text(message.get("content")))
        for told in as_list(message.get("tool_calls")):
            call = read_call(told, self._id, self._calls)
            yield ToolCallStarted(self._calls, call.id, call.name)
            yield ToolCallDelta(self._calls, call.arguments)
            self._calls += 1
        if document.get("done") is True:
            self._done = True
            usage = read_usage(document)
            if usage is not None:
                yield UsageTold(usage)
            yield Finished(read_finish(document.get("done_reason"), called=self._calls > 0))
