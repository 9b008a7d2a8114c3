"""A vendor whose streams tell the moment of each chunk: ``python -m benchmarks.paced_vendor <port> <rate> <seconds>``.

Each stream gets so many chunks a second for so long. A chunk bears the moment at which it was written, on the
system's monotonic clock, which all processes share; so whoever reads it knows how late it is.
"""

import asyncio
import gc
import sys
from time import monotonic_ns
from typing import cast

import uvloop

from benchmarks import replies

_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n"
_EVENT = (
    b'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1763900000,"model":"gpt-4o-mini",'
    b'"choices":[{"index":0,"delta":{"content":"@%d@ word"},"logprobs":null,"finish_reason":null}]}\n\n'
)
_LAST = (
    b'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1763900000,"model":"gpt-4o-mini",'
    b'"choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}]}\n\n'
    b'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1763900000,"model":"gpt-4o-mini",'
    b'"choices":[],"usage":{"prompt_tokens":48,"completion_tokens":44,"total_tokens":92}}\n\ndata: [DONE]\n\n'
)
_TICK = 0.001


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


class _Paced(asyncio.Protocol):
    """One connection; a request begins a stream."""

    def __init__(self, pacer: "Pacer") -> None:
        self._pacer = pacer
        self.transport: asyncio.WriteTransport | None = None
        self.left = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.WriteTransport", transport)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self.transport = None
        self.left = 0

    def data_received(self, data: bytes) -> None:
        if self.transport is None or self.left:
            return
        if data.startswith(b"GET"):
            self.transport.write(replies.MODELS)
        elif b"messages" in data:
            self.transport.write(_HEAD)
            self._pacer.add(self)

    def write_next(self) -> None:
        if self.transport is None:
            return
        self.left -= 1
        if self.left > 0:
            self.transport.write(_chunk(_EVENT % monotonic_ns()))
        else:
            self.transport.write(_chunk(_LAST) + b"0\r\n\r\n")


class Pacer:
    """Writes to all streams in turn, spread evenly over each period."""

    def __init__(self, rate: float, seconds: float) -> None:
        self._slots: list[list[_Paced]] = [[] for _ in range(max(1, round(1 / rate / _TICK)))]
        self._chunks = round(rate * seconds)
        self._next = 0

    def add(self, stream: _Paced) -> None:
        """Begin a stream, in the slot that has the fewest."""
        stream.left = self._chunks
        min(self._slots, key=len).append(stream)

    async def run(self) -> None:
        """Write, until cancelled."""
        loop = asyncio.get_running_loop()
        due, at = loop.time(), 0
        while True:
            due += _TICK
            await asyncio.sleep(max(0.0, due - loop.time()))
            slot = self._slots[at]
            for stream in slot:
                stream.write_next()
            slot[:] = [stream for stream in slot if stream.left > 0]
            at = (at + 1) % len(self._slots)


async def serve(port: int, rate: float, seconds: float) -> None:
    """Listen on the loopback address until cancelled."""
    pacer = Pacer(rate, seconds)
    pacing = asyncio.create_task(pacer.run())
    server = await asyncio.get_running_loop().create_server(lambda: _Paced(pacer), "127.0.0.1", port, backlog=4096)
    async with server:
        await asyncio.gather(server.serve_forever(), pacing)


if __name__ == "__main__":
    gc.disable()  # makes no cycles; a collection would show up as lateness
    uvloop.run(serve(int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])))
