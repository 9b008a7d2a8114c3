"""A stream as one JSON array that grows, which is what ``streamGenerateContent`` gives without ``alt=sse``."""

from passgate.contracts.usage_record import TokenUsage
from passgate.inference.sse import SseCutter, SseEvent
from passgate.inference.translation import StreamTranslator

STREAM_TYPE = b"application/json; charset=utf-8"


class ArrayStream:
    """Turns the events of another stream into elements of an array."""

    def __init__(self, events: StreamTranslator) -> None:
        self._events = events
        self._cutter = SseCutter()
        self._begun = False

    @property
    def usage(self) -> TokenUsage | None:
        """What the vendor told so far."""
        return self._events.usage

    @property
    def uncounted(self) -> int:
        """Bytes of what the model said since the vendor last counted."""
        return self._events.uncounted

    @property
    def finish_reason(self) -> str | None:
        """Why the model stopped."""
        return self._events.finish_reason

    @property
    def error_code(self) -> str | None:
        """Set where the stream failed."""
        return self._events.error_code

    def feed(self, chunk: bytes) -> bytes:
        """The elements that this chunk gives."""
        return self._elements(self._cutter.feed(self._events.feed(chunk)))

    def close(self, *, request_id: str) -> bytes:
        """The last elements, an error among them where there was one, and the array's end."""
        events = [*self._cutter.feed(self._events.close(request_id=request_id)), *self._cutter.rest()]
        out = self._elements(events)
        return out + (b"]" if self._begun else b"[]")

    def _elements(self, events: list[SseEvent]) -> bytes:
        out = []
        for event in events:
            if event.data is None:
                continue
            out.append(b",\r\n" if self._begun else b"[")
            out.append(event.data)
            self._begun = True
        return b"".join(out)
