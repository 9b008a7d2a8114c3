"""Server-sent events (WHATWG HTML, section 9.2) cut out of a byte stream, whatever the cuts between its chunks."""

import re
from typing import NamedTuple

MAX_EVENT_BYTES = 4 * 1024 * 1024
"""More in one event is no model's answer; the stream is given up rather than held in memory."""

_END_OF_LINE = rb"(?:\r\n|\r(?!\n)|\n)"
_END_OF_EVENT = re.compile(_END_OF_LINE + _END_OF_LINE)
_BOM = b"\xef\xbb\xbf"


class OversizedEventError(ValueError):
    """One event is larger than ``MAX_EVENT_BYTES``."""


class SseEvent(NamedTuple):
    """One event: its own bytes, end included, and what they say."""

    raw: bytes
    name: str | None
    data: bytes | None
    """None: a comment, or an event without data."""


class SseCutter:
    """Gives the whole events of a stream and holds back what is not whole yet."""

    def __init__(self, limit: int = MAX_EVENT_BYTES) -> None:
        self._limit = limit
        self._pending: list[bytes] = []
        self._pending_bytes = 0
        self._last = b""

    def feed(self, chunk: bytes) -> list[SseEvent]:
        """The events that this chunk completes.

        Raises:
            OversizedEventError: the event that is not yet whole has outgrown the limit.
        """
        if not chunk:
            return []
        if not self._pending and b"\r" not in chunk:
            *events, rest = chunk.split(b"\n\n")
            if events and not rest:  # whole events, as vendors write them: nothing is held back
                self._last = b""
                return [_read(chunk)] if len(events) == 1 else [_read(event + b"\n\n") for event in events]
        seam = self._last + chunk
        self._pending.append(chunk)
        self._pending_bytes += len(chunk)
        self._last = seam[-3:]
        if b"\n" not in seam and b"\r" not in seam:
            self._refuse_oversized()
            return []
        buffer = self._pending[0] if len(self._pending) == 1 else b"".join(self._pending)
        raws, rest = _cut(buffer)
        self._pending = [rest] if rest else []
        self._pending_bytes = len(rest)
        self._refuse_oversized()
        return [_read(raw) for raw in raws]

    def rest(self) -> list[SseEvent]:
        """At the end of the stream: the last event, where only its closing blank line is missing."""
        buffer = b"".join(self._pending)
        self._pending, self._pending_bytes = [], 0
        return [_read(buffer + b"\n\n")] if buffer.strip() else []

    def _refuse_oversized(self) -> None:
        if self._pending_bytes > self._limit:
            self._pending, self._pending_bytes = [], 0
            raise OversizedEventError(f"an event is larger than {self._limit} bytes")


def _cut(buffer: bytes) -> tuple[list[bytes], bytes]:
    if b"\r" not in buffer:
        parts = buffer.split(b"\n\n")
        return [part + b"\n\n" for part in parts[:-1]], parts[-1]
    # A carriage return at the end may be half of an end of line: it waits for what follows.
    whole = len(buffer) - 1 if buffer.endswith(b"\r") else len(buffer)
    raws = []
    start = 0
    for match in _END_OF_EVENT.finditer(buffer, 0, whole):
        raws.append(buffer[start : match.end()])
        start = match.end()
    return raws, buffer[start:]


def _read(raw: bytes) -> SseEvent:
    text = raw
    if b"\r" in text:
        text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if text.startswith(b"data: ") and text.find(b"\n") == len(text) - 2:
        return SseEvent(raw, None, text[6:-2])
    name: str | None = None
    data: list[bytes] = []
    for line in text.removeprefix(_BOM).split(b"\n"):
        field, _, value = line.partition(b":")
        if field == b"data":
            data.append(value.removeprefix(b" "))
        elif field == b"event":
            name = value.removeprefix(b" ").decode(errors="replace")
    return SseEvent(raw, name, b"\n".join(data) if data else None)


def sse_event(data: bytes, name: str | None = None) -> bytes:
    """Write one event."""
    head = b"" if name is None else b"event: " + name.encode() + b"\n"
    return head + b"data: " + data + b"\n\n"
