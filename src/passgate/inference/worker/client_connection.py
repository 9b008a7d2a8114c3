"""HTTP/1.1 from Envoy, on the worker's own event loop (RFC 9112).

Not a general server, but what a worker behind Envoy needs: no limits of its own on heads or on idle connections, which
Envoy has, and no protocol but this. uvicorn was measured: of the processor time that a whole chat call took, it took
a fifth, and it tells of a client that has gone only to a task that waits for it, which takes a tenth more.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import cast
from urllib.parse import unquote

import httptools

from passgate.inference.worker.client_request import ClientRequest, Handler
from passgate.inference.worker.incoming import Header

_BAD_REQUEST = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class ClientConnection(asyncio.Protocol):
    """Reads requests and has them answered, one after the other."""

    def __init__(self, handler: Handler, on_lost: "Callable[[ClientConnection], None]") -> None:
        self.task: asyncio.Task[None] | None = None
        """That which answers the request under way."""
        self._handler = handler
        self._on_lost = on_lost
        self._loop = asyncio.get_running_loop()
        self._parser = httptools.HttpRequestParser(self)
        self._transport: asyncio.Transport
        self._url = b""
        self._reading: ClientRequest | None = None
        self._headers: list[Header] = []
        self._running: ClientRequest | None = None
        self._queue: deque[ClientRequest] = deque()
        self._drained: asyncio.Future[None] | None = None
        self.is_slow = False
        self._stopping = False

    def stop(self) -> None:
        """Answer what is under way, and no more."""
        self._stopping = True
        if self._running is None:
            self._transport.close()
        else:
            self._running.keep_alive = False

    # What a request asks of its connection

    def write(self, data: bytes) -> None:
        """Send bytes."""
        self._transport.write(data)

    async def drain(self) -> None:
        """Wait until the other side has taken enough of what was sent."""
        if self._drained is not None:
            await asyncio.shield(self._drained)

    def hold(self) -> None:
        """Read nothing more for now."""
        if not self._transport.is_closing():
            self._transport.pause_reading()

    def resume(self) -> None:
        """Read on."""
        if not self._transport.is_closing():
            self._transport.resume_reading()

    def answered(self, request: ClientRequest) -> None:
        """The request has its answer; the next may come."""
        self._running = None
        if not request.keep_alive or self._stopping:
            self._transport.close()
        elif self._queue:
            self._start(self._queue.popleft())
            self.resume()

    # What the event loop says

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection stands."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's are no subclass of it

    def data_received(self, data: bytes) -> None:
        """Bytes from the client."""
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._transport.write(_BAD_REQUEST)
            self._transport.close()

    def pause_writing(self) -> None:
        """The other side is slow."""
        self._drained = self._loop.create_future()
        self.is_slow = True

    def resume_writing(self) -> None:
        """The other side has caught up."""
        if self._drained is not None:
            self._drained.set_result(None)
            self._drained = None
        self.is_slow = False

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection has ended, from whichever side."""
        del exc
        self.resume_writing()
        self._on_lost(self)
        self._queue.clear()
        if self._running is not None:
            self._running.lose()

    # What the parser says

    def on_message_begin(self) -> None:
        """A request begins."""
        self._url = b""
        self._reading = ClientRequest(self, self._loop)
        self._headers = self._reading.headers

    def on_url(self, url: bytes) -> None:
        """A piece of the request's target."""
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header."""
        self._headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """The head is whole: the request can be answered."""
        request = self._reading
        if request is None:
            return
        path, _, request.query = self._url.partition(b"?")
        request.raw_path = path
        text = path.decode("latin-1")
        request.path = unquote(text) if "%" in text else text
        request.method = self._parser.get_method().decode("ascii")
        request.keep_alive = self._parser.should_keep_alive() and not self._stopping
        if self._running is None:
            self._start(request)
        else:
            self._queue.append(request)
            self.hold()

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        if self._reading is not None:
            self._reading.feed(body)

    def on_message_complete(self) -> None:
        """The request is whole."""
        if self._reading is not None:
            self._reading.complete()

    def _start(self, request: ClientRequest) -> None:
        self._running = request
        self.task = request.task = self._loop.create_task(self._answer(request))

    async def _answer(self, request: ClientRequest) -> None:
        try:
            await self._handler(request)
        finally:
            if not request.answered:  # nobody answered: what the client has of an answer must not look like a whole one
                self._transport.abort()
