"""JSON lines (``application/x-ndjson``) cut out of a byte stream."""

from passgate.inference.sse import MAX_EVENT_BYTES, OversizedEventError, SseEvent


class JsonLineCutter:
    """Gives each whole line as an event; empty lines say nothing."""

    def __init__(self, limit: int = MAX_EVENT_BYTES) -> None:
        self._limit = limit
        self._pending: list[bytes] = []
        self._pending_bytes = 0

    def feed(self, chunk: bytes) -> list[SseEvent]:
        """The lines that this chunk completes.

        Raises:
            OversizedEventError: the line that is not yet whole has outgrown the limit.
        """
        head, newline, tail = chunk.rpartition(b"\n")
        if not newline:
            self._keep(chunk)
            return []
        whole = b"".join((*self._pending, head))
        self._pending, self._pending_bytes = [], 0
        self._keep(tail)
        return [_event(line) for line in whole.split(b"\n") if line.strip()]

    def rest(self) -> list[SseEvent]:
        """At the end of the stream: the last line, where only its end is missing."""
        line = b"".join(self._pending)
        self._pending, self._pending_bytes = [], 0
        return [_event(line)] if line.strip() else []

    def _keep(self, piece: bytes) -> None:
        if not piece:
            return
        self._pending.append(piece)
        self._pending_bytes += len(piece)
        if self._pending_bytes > self._limit:
            self._pending, self._pending_bytes = [], 0
            raise OversizedEventError(f"a line is larger than {self._limit} bytes")


def _event(line: bytes) -> SseEvent:
    return SseEvent(line + b"\n", None, line)
