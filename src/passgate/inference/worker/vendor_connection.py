"""One HTTP/1.1 connection to a vendor, on which one request at a time is under way (RFC 9112)."""

import asyncio
from collections.abc import Callable
from typing import cast

import httptools

from passgate.inference.worker.refusals import VendorFailedError, VendorInvalidResponseError

_HIGH_WATER = 256 * 1024
"""Bytes of a body that wait for their reader; beyond these, nothing is read from the network."""
_LONGEST_HEAD = 64 * 1024
_INTERIM = range(100, 200)
_NO_BODY = (204, 304)
_READ = frozenset({b"content-type", b"retry-after", b"mcp-session-id", b"content-length", b"transfer-encoding"})
"""Headers that are read; vendors send twenty that are not."""


class VendorConnection(asyncio.Protocol):
    """Sends a request, reads its answer, and says when it is free for the next.

    Leaving an answer before its end closes the connection, so that the vendor stops at once.
    """

    def __init__(
        self, on_free: "Callable[[VendorConnection], None]", on_lost: "Callable[[VendorConnection], None]"
    ) -> None:
        self.status = 0
        self.content_type = ""
        self.retry_after: str | None = None
        self.session: str | None = None
        """Of an MCP server."""
        self.idle_since = 0.0
        self._on_free = on_free
        self._on_lost = on_lost
        self._loop = asyncio.get_running_loop()
        self._parser = httptools.HttpResponseParser(self)
        self._transport: asyncio.Transport
        self._waiter: asyncio.Future[None] | None = None
        self._failure: VendorFailedError | None = None
        self._parts: list[bytes] = []
        self._waiting_bytes = 0
        self._paused = False
        self._busy = False
        self._head_bytes = 0
        self._head_done = False
        self._complete = False
        self._keep_alive = False
        self._ends_with_connection = False
        self._framed = False

    # What the client asks of it

    @property
    def usable(self) -> bool:
        """Open, with nothing under way."""
        return not self._busy and not self._transport.is_closing()

    async def request(self, message: bytes) -> None:
        """Send a request's bytes and wait for the head of its answer.

        Raises:
            VendorFailedError: the vendor closed the connection, or what came is not HTTP.
        """
        self._busy = True
        self._head_done = self._complete = self._framed = False
        self._head_bytes = 0
        self._transport.write(message)
        try:
            while not self._head_done:
                await self._progress()
        except BaseException:
            self.abort()
            raise

    def rest(self) -> bytes | None:
        """The rest of the body, where all of it has come; the connection is free then."""
        if not self._complete:
            return None
        body = self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)
        self._release()
        return body

    async def read(self) -> bytes | None:
        """The body's bytes that have come since the last call; None at its end.

        Raises:
            VendorFailedError: the answer broke off.
        """
        while not self._parts:
            if self._complete:
                self._release()
                return None
            await self._progress()
        body = self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)
        self._parts = []
        self._waiting_bytes = 0
        if self._paused:
            self._paused = False
            self._transport.resume_reading()
        return body

    def leave(self) -> None:
        """Give up the answer under way, if there is one."""
        if self._busy:
            if self._complete:
                self._release()
            else:
                self.abort()

    def abort(self) -> None:
        """Close at once; whoever waits for the answer is told."""
        self._keep_alive = False
        self._transport.abort()

    def _release(self) -> None:
        """Be free for the next request, where both sides agree on where this one ended."""
        if not self._busy:
            return
        self._parts = []
        if self._keep_alive and not self._transport.get_write_buffer_size() and not self._transport.is_closing():
            if self._paused:
                self._paused = False
                self._transport.resume_reading()
            self._busy = False
            self._waiting_bytes = 0
            self.idle_since = self._loop.time()
            self._on_free(self)
        else:
            self.abort()

    def _progress(self) -> "asyncio.Future[None]":
        """Something new of the answer. No coroutine: each would be gone through again for every chunk of a stream."""
        if self._failure is not None:
            raise self._failure
        self._waiter = self._loop.create_future()
        return self._waiter

    def _wake(self) -> None:
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    def _fail(self, failure: VendorFailedError) -> None:
        if self._failure is None:
            self._failure = failure
        self._keep_alive = False
        self._wake()

    # What the event loop says

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection stands."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's are no subclass of it

    def data_received(self, data: bytes) -> None:
        """Bytes from the vendor."""
        if not self._busy or self._complete:
            self.abort()  # nothing was asked
            return
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self._fail(VendorInvalidResponseError("The vendor's answer is not HTTP.", cause=str(error)))
            self._transport.abort()
            return
        if not self._head_done:
            self._head_bytes += len(data)
            if self._head_bytes > _LONGEST_HEAD:
                self._fail(VendorInvalidResponseError("The vendor's answer has too large a head."))
                self._transport.abort()
        if self._waiting_bytes > _HIGH_WATER and not self._paused:
            self._paused = True
            self._transport.pause_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection has ended, from whichever side."""
        self._on_lost(self)
        if not self._complete and self._head_done and self._ends_with_connection and exc is None:
            self._complete = True
            self._wake()
        elif self._busy and not self._complete:
            message = "The vendor's answer broke off." if self._head_done else "The vendor closed the connection."
            self._fail(VendorInvalidResponseError(message, cause=str(exc or ""), may_pass=not self._head_done))

    # What the parser says

    def on_message_begin(self) -> None:
        """An answer begins, an interim one perhaps."""
        if self._complete:
            raise ValueError("a second answer to one request")
        self.content_type = ""
        self.retry_after = self.session = None
        self._framed = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header."""
        name = name.lower()
        if name not in _READ:
            return
        if name == b"content-type":
            self.content_type = value.decode("latin-1")
        elif name == b"retry-after":
            self.retry_after = value.decode("latin-1")
        elif name == b"mcp-session-id":
            self.session = value.decode("latin-1")
        else:
            self._framed = True

    def on_headers_complete(self) -> None:
        """The head is whole."""
        self.status = self._parser.get_status_code()
        if self.status in _INTERIM:
            return
        self._keep_alive = self._parser.should_keep_alive()
        self._ends_with_connection = not self._framed and self.status not in _NO_BODY
        self._head_done = True
        self._wake()

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        self._parts.append(body)
        self._waiting_bytes += len(body)
        self._wake()

    def on_message_complete(self) -> None:
        """The answer is whole; an interim one (RFC 9110 section 15.2) is followed by the one that counts."""
        if self._head_done:
            self._complete = True
            self._wake()
