"""The fake vendor's server: a thread with an event loop, HTTP/1.1 read by httptools."""

import asyncio
import json
import socket
import ssl
import struct
import threading
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self

import httptools

from fake_vendor.reply import Reply, json_reply

Answer = Reply | Callable[["VendorRequest"], Reply]


@dataclass
class VendorRequest:
    """A request as it came."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes
    closed: threading.Event = field(default_factory=threading.Event)
    """The connection ended before the answer did."""

    def json(self) -> Any:
        return json.loads(self.body)


class FakeVendor:
    """Serves while its ``with`` block runs."""

    def __init__(self, *, port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[VendorRequest] = []
        self._port = port
        self._tls = tls
        self._replies: dict[str, deque[Answer]] = defaultdict(deque)
        self._arrived = threading.Condition()
        self._loop = asyncio.new_event_loop()
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._run, name="fake-vendor", daemon=True)
        self._connections: set[_Connection] = set()

    @property
    def url(self) -> str:
        """Without a path."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self._port}"

    def reply(self, path: str, *answers: Answer) -> None:
        """Answer a path with these in turn, the last one again and again; replaces what was said before."""
        self._replies[path] = deque(answers)

    def wait_for_requests(self, count: int = 1, *, seconds: float = 5.0) -> list[VendorRequest]:
        """The requests, as soon as there are that many."""
        with self._arrived:
            if not self._arrived.wait_for(lambda: len(self.requests) >= count, seconds):
                raise AssertionError(f"{len(self.requests)} requests came, {count} were awaited")
            return list(self.requests)

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._started.wait(5):
            raise RuntimeError("the fake vendor does not start")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(5)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        self._stopping = asyncio.Event()
        server = await self._loop.create_server(lambda: _Connection(self), "127.0.0.1", self._port, ssl=self._tls)
        self._port = server.sockets[0].getsockname()[1]
        self._started.set()
        await self._stopping.wait()
        # It takes on nothing more, but closes only after what it took on: asyncio leaves the socket of a connection
        # open whose making, a task of its own, finds its server closed (``Server._attach``).
        for listening in server.sockets:
            self._loop.remove_reader(listening.fileno())
        self._abort_all()
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait(others, return_when=asyncio.FIRST_COMPLETED)
            self._abort_all()
        server.close()
        await asyncio.gather(*(connection.lost.wait() for connection in tuple(self._connections)))

    def _abort_all(self) -> None:
        for connection in tuple(self._connections):
            connection.abort()

    def _answer(self, request: VendorRequest) -> Reply:
        with self._arrived:
            self.requests.append(request)
            self._arrived.notify_all()
        answers = self._replies.get(request.path)
        if not answers:
            return json_reply({"error": {"message": f"no reply for {request.path}"}}, status=404)
        answer = answers.popleft() if len(answers) > 1 else answers[0]
        return answer(request) if callable(answer) else answer


class _Connection(asyncio.Protocol):
    """One client's connection; requests are answered one after the other."""

    def __init__(self, vendor: FakeVendor) -> None:
        self._vendor = vendor
        self._parser = httptools.HttpRequestParser(self)
        self._url = b""
        self._headers: dict[str, str] = {}
        self._body = bytearray()
        self._writable = asyncio.Event()
        self._answering: asyncio.Task[None] | None = None
        self._open: list[VendorRequest] = []
        self.lost = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._writable.set()
        self._vendor._connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self.lost.set()
        self._vendor._connections.discard(self)
        self._writable.set()
        for request in self._open:
            request.closed.set()
        if self._answering is not None:
            self._answering.cancel()

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._transport.abort()

    def on_message_begin(self) -> None:
        self._url, self._headers, self._body = b"", {}, bytearray()

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode().lower()] = value.decode("latin-1")

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        parsed = httptools.parse_url(self._url)
        request = VendorRequest(
            method=self._parser.get_method().decode(),
            path=parsed.path.decode(),
            query=(parsed.query or b"").decode(),
            headers=self._headers,
            body=bytes(self._body),
        )
        self._open.append(request)
        reply = self._vendor._answer(request)
        self._answering = asyncio.get_running_loop().create_task(self._send(reply))

    def abort(self) -> None:
        self._transport.abort()

    def _reset(self) -> None:
        """End the connection by RST: closing a socket that may not linger sends no FIN (socket(7))."""
        held: socket.socket = self._transport.get_extra_info("socket")
        held.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()

    async def _send(self, reply: Reply) -> None:
        if reply.delay:
            await asyncio.sleep(reply.delay)
        if reply.ending != "silence" or reply.parts:
            self._transport.write(b"" if reply.raw else _head(reply))
        while True:
            for part in reply.parts:
                self._transport.write(_chunk(part) if reply.stream and not reply.raw else part)
                await self._writable.wait()
                if reply.gap:
                    await asyncio.sleep(reply.gap)
            if reply.ending != "repeat":
                break
            await asyncio.sleep(0)
        self._end(reply)

    def _end(self, reply: Reply) -> None:
        if reply.ending == "reset":
            self._reset()
        elif reply.ending == "abort" or reply.raw:
            self._transport.close()
        elif reply.ending == "complete":
            if reply.stream:
                self._transport.write(b"0\r\n\r\n")
            self._open.clear()


def _head(reply: Reply) -> bytes:
    headers = {"content-type": reply.content_type, **reply.headers}
    if reply.stream:
        headers["transfer-encoding"] = "chunked"
    else:
        headers["content-length"] = str(sum(len(part) for part in reply.parts) + (reply.ending != "complete"))
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items() if value)
    return f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}\r\n{lines}\r\n".encode("latin-1")


def _chunk(part: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(part), part) if part else b""
