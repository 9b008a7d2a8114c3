"""One client connection that sends the same request again and again and checks each answer."""

import asyncio
from collections.abc import Callable
from time import perf_counter
from typing import cast

from benchmarks.load import Call

_HEAD_END = b"\r\n\r\n"
_LAST_CHUNK = b"\r\n0\r\n\r\n"
_CHUNKED = -1

Done = Callable[["Caller", float, "str | None"], None]
"""Takes the caller, the moment of the last byte, and what is wrong with the answer."""


def answer_length(data: bytes) -> int:
    """Bytes of the whole answer that begins ``data``; 0 while its head is not whole, -1 when it comes in chunks."""
    head_end = data.find(_HEAD_END)
    if head_end < 0:
        return 0
    head = data[:head_end].lower()
    at = head.find(b"\r\ncontent-length:")
    if at >= 0:
        stop = head.find(b"\r\n", at + 2)
        return head_end + 4 + int(head[at + 17 : stop if stop >= 0 else head_end])
    return _CHUNKED if b"\r\ntransfer-encoding: chunked" in head else head_end + 4


class Caller(asyncio.Protocol):
    """Sends when told, reports each answer with the moment it was complete and what is wrong with it, if anything.

    The end of a chunked answer is told by its last bytes, not by walking the chunks: the answers here are known, and
    none holds an empty chunk's bytes in its text.
    """

    def __init__(self, call: Call, done: Done, lost: Callable[["Caller"], None]) -> None:
        self._request = call.request
        self._marks = call.marks
        self._done = done
        self._lost = lost
        self._transport: asyncio.WriteTransport | None = None
        self._data = b""
        self._length = 0
        self.due: float | None = None
        """When the call in flight was due; None between calls."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way out."""
        self._transport = cast("asyncio.WriteTransport", transport)

    def send(self, due: float) -> None:
        """Send the request that was due at that moment of ``perf_counter``."""
        self.due = due
        if self._transport is not None:
            self._transport.write(self._request)

    def close(self) -> None:
        """Leave; nothing is reported any more."""
        self._lost = lambda _: None
        if self._transport is not None:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        """Gather the answer; report it when whole."""
        if self._data:
            data = self._data + data
        length = self._length or answer_length(data)
        if (length > 0 and len(data) >= length) or (length == _CHUNKED and data.endswith(_LAST_CHUNK)):
            self._data, self._length = b"", 0
            self._done(self, perf_counter(), self._fault(data, length))
        else:
            self._data, self._length = data, length

    def _fault(self, data: bytes, length: int) -> str | None:
        if not data.startswith(b"HTTP/1.1 200"):
            return data[:400].decode("utf-8", "replace")
        if 0 < length < len(data):
            return "more bytes than the answer announced"
        for mark in self._marks:
            if mark not in data:
                return f"{mark.decode()!r} is missing in: {data[:400].decode('utf-8', 'replace')}"
        return None

    def connection_lost(self, exc: Exception | None) -> None:
        """Report a call that will get no answer, then the loss."""
        self._transport = None
        if self.due is not None:
            self._data, self._length = b"", 0
            self._done(self, perf_counter(), f"connection closed without a whole answer ({exc or 'end of stream'})")
        self._lost(self)
