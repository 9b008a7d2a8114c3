"""The vendor and the REST service behind every target: prepared bytes, no delay of its own.

``python -m benchmarks.mock_vendor <port>`` serves until it is ended.
"""

import asyncio
import gc
import sys
from typing import cast

import uvloop

from benchmarks import replies

_HEAD_END = b"\r\n\r\n"
_LAST_CHUNK = b"\r\n0\r\n\r\n"


def _request_length(data: bytes, head_end: int) -> int | None:
    """Bytes of the first request in ``data``, or None while it is not whole."""
    head = data[:head_end].lower()
    body = head_end + len(_HEAD_END)
    if (at := head.find(b"\r\ncontent-length:")) >= 0:
        stop = head.find(b"\r\n", at + 2)
        length = body + int(head[at + 17 : stop if stop >= 0 else head_end])
        return length if len(data) >= length else None
    if b"\r\ntransfer-encoding:" in head:
        last = data.find(_LAST_CHUNK, head_end)
        return last + len(_LAST_CHUNK) if last >= 0 else None
    return body


def _whole_reply(request: bytes) -> bytes:
    target = request[: request.find(b"\r\n")]
    if b"/chat/completions" in target:
        return replies.CHAT
    if b"/v1/messages" in target:
        return replies.MESSAGE
    if b"/orders/" in target:
        return replies.ORDER
    if b"/embeddings" in target:
        return replies.EMBEDDINGS
    if b"/models" in target:
        return replies.MODELS
    return replies.NOT_FOUND


class MockVendor(asyncio.Protocol):
    """One connection; requests may come in pieces or several at once, answers go out in their order."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._transport: asyncio.WriteTransport | None = None
        self._rest = b""
        self._streaming = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self._transport = cast("asyncio.WriteTransport", transport)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """Stop a stream that nobody reads."""
        self._transport = None

    def data_received(self, data: bytes) -> None:
        """Answer each whole request; keep the rest."""
        self._rest = self._rest + data if self._rest else data
        self._serve()

    def _serve(self) -> None:
        while self._rest and not self._streaming and self._transport is not None:
            head_end = self._rest.find(_HEAD_END)
            length = _request_length(self._rest, head_end) if head_end >= 0 else None
            if length is None:
                return
            request, self._rest = self._rest[:length], self._rest[length:]
            if b'"stream":true' in request or b'"stream": true' in request:
                asks_usage = b'"include_usage":true' in request or b'"include_usage": true' in request
                self._streaming = True
                self._send_event(replies.STREAM_WITH_USAGE if asks_usage else replies.STREAM, 0)
            else:
                self._transport.write(_whole_reply(request))

    def _send_event(self, events: tuple[bytes, ...], number: int) -> None:
        """One event a turn of the loop, so that each leaves in a write of its own."""
        if self._transport is None:
            return
        self._transport.write(events[number])
        if number + 1 < len(events):
            self._loop.call_soon(self._send_event, events, number + 1)
        else:
            self._streaming = False
            self._serve()


async def serve(port: int) -> None:
    """Listen on the loopback address until cancelled."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: MockVendor(loop), "127.0.0.1", port, backlog=1024)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    gc.disable()  # makes no cycles; a collection would show up as latency
    uvloop.run(serve(int(sys.argv[1])))
