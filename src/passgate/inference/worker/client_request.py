"""One request of a client, as Envoy hands it on, and the way back for its answer."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from http import HTTPStatus
from typing import Any, Protocol

from passgate.inference.worker.incoming import Header, Message

_BODY_WAITS = 64 * 1024
"""Bytes of a body that wait for their reader; beyond these, nothing is read from the network."""
_LINE = b": ".join
"""A header as a line, without its end."""
_NO_BODY = frozenset({204, 304})
_STATUS_LINES = {int(status): f"HTTP/1.1 {int(status)} {status.phrase}\r\n".encode() for status in HTTPStatus}


class Line(Protocol):
    """What a request needs of the connection that it came on."""

    is_slow: bool
    """The other side has not taken enough of what was sent."""

    def write(self, data: bytes) -> None:
        """Send bytes."""

    async def drain(self) -> None:
        """Wait until the other side has taken enough of what was sent."""

    def hold(self) -> None:
        """Read nothing more for now."""

    def resume(self) -> None:
        """Read on."""

    def answered(self, request: "ClientRequest") -> None:
        """The request has its answer."""


class ClientRequest:
    """Gives the request, and takes the answer, in ASGI's messages."""

    __slots__ = (
        "_act",
        "_chunked",
        "_complete",
        "_gone",
        "_head",
        "_held",
        "_line",
        "_loop",
        "_parts",
        "_told_end",
        "_waiter",
        "_waiting",
        "answered",
        "headers",
        "keep_alive",
        "method",
        "path",
        "query",
        "raw_path",
        "task",
    )
    task: asyncio.Task[None]
    """That which answers it. It is told here since asking asyncio which one runs costs a call to the system."""

    def __init__(self, line: Line, loop: asyncio.AbstractEventLoop) -> None:
        self.method = ""
        self.path = ""
        self.raw_path = b""
        """As it came, before percent signs were read."""
        self.query = b""
        self.headers: list[Header] = []
        """Names in lower case."""
        self.keep_alive = True
        self.answered = False
        self._line = line
        self._loop = loop
        self._parts: list[bytes] = []
        self._waiting = 0
        self._held = False
        self._complete = False
        self._told_end = False
        self._gone = False
        self._waiter: asyncio.Future[None] | None = None
        self._act: Callable[[], None] | None = None
        self._head = b""
        self._chunked = False

    # What the worker asks of it

    def on_gone(self, act: Callable[[], None]) -> None:
        """Have something done, at once, should the client go before it has its answer."""
        self._act = act
        if self._gone:
            act()

    async def receive(self) -> Message:
        """The next piece of the body; after its end, that the client has gone, when it goes."""
        while not (self._gone or self.answered):
            if self._parts or (self._complete and not self._told_end):
                return self._piece()
            self._waiter = self._loop.create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        return {"type": "http.disconnect"}

    def _piece(self) -> Message:
        body = self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)
        self._parts = []
        self._waiting = 0
        if self._held:
            self._held = False
            self._line.resume()
        self._told_end = self._complete
        return {"type": "http.request", "body": body, "more_body": not self._complete}

    async def send(self, message: Message) -> None:
        """Send a part of the answer; to a client that has gone, nothing."""
        if self._gone or self.answered:
            return
        if message["type"] == "http.response.start":
            self._begin(message["status"], message["headers"])
            return
        more = message.get("more_body", False)
        self._line.write(self._framed(message.get("body", b""), more=more))
        if self._line.is_slow:
            await self._line.drain()
        if not more:
            self.answered = True
            self._line.answered(self)

    def _begin(self, status: int, headers: list[Header]) -> None:
        """Make the head. That of a whole answer goes with the body, in one piece."""
        ends: list[Header] = []
        self._chunked = status not in _NO_BODY and not _tells_length(headers)
        if self._chunked:
            ends.append((b"transfer-encoding", b"chunked"))
        if not self.keep_alive:
            ends.append((b"connection", b"close"))
        lines = b"\r\n".join(map(_LINE, [*headers, *ends] if ends else headers))
        line = _STATUS_LINES.get(status) or b"HTTP/1.1 %d \r\n" % status
        self._head = b"%b%b\r\n\r\n" % (line, lines) if lines else line + b"\r\n"
        if self._chunked:
            self._line.write(self._head)
            self._head = b""

    def _framed(self, body: bytes, *, more: bool) -> bytes:
        head, self._head = self._head, b""
        if self.method == "HEAD":
            return head
        if not self._chunked:
            return head + body
        chunk = b"%x\r\n%b\r\n" % (len(body), body) if body else b""
        return chunk if more else chunk + b"0\r\n\r\n"

    # What the connection says

    def feed(self, body: bytes) -> None:
        """A piece of the body has come; of one that is answered already, it concerns nobody."""
        if self.answered:
            return
        self._parts.append(body)
        self._waiting += len(body)
        if self._waiting > _BODY_WAITS and not self._held:
            self._held = True
            self._line.hold()
        if self._waiter is not None:
            self._wake()

    def complete(self) -> None:
        """The body is whole."""
        self._complete = True
        if self._waiter is not None:
            self._wake()

    def lose(self) -> None:
        """The client has gone."""
        self._gone = True
        self._wake()
        if self._act is not None and not self.answered:
            self._act()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


def _tells_length(headers: Sequence[Header]) -> bool:
    """It stands last in an answer that is whole."""
    for name, _ in reversed(headers):  # noqa: SIM110 - a generator costs three times as much
        if name == b"content-length":
            return True
    return False


Handler = Callable[[ClientRequest], Coroutine[Any, Any, None]]
"""Answers a request."""
