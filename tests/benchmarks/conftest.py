"""Fixtures of the benchmarks' tests: a server of known slowness.

The benchmarks are no part of the product, so they are imported from the repository's root.
"""

import asyncio
import contextlib
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest

_ROOT = str(Path(__file__).resolve().parents[2])
if _ROOT not in sys.path:
    sys.path.insert(0, _ROOT)


@dataclass
class Served:
    port: int
    calls: int = 0


class _Delayed(asyncio.Protocol):
    def __init__(self, served: Served, answer: tuple[bytes, ...], delay: float) -> None:
        self._served, self._answer, self._delay = served, answer, delay
        self._data = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._data += data
        while b"\r\n\r\n" in self._data:
            _, _, self._data = self._data.partition(b"\r\n\r\n")
            self._served.calls += 1
            asyncio.get_running_loop().call_later(self._delay, self._reply, 0)

    def _reply(self, part: int) -> None:
        """Each part in a write of its own; an empty one closes the connection."""
        if not self._answer[part]:
            self._transport.close()
            return
        self._transport.write(self._answer[part])
        if part + 1 < len(self._answer):
            asyncio.get_running_loop().call_later(0.001, self._reply, part + 1)


@contextlib.contextmanager
def _serving(*answer: bytes, delay: float) -> Iterator[Served]:
    """Serve the answer's parts, the first after ``delay`` seconds, from a thread of its own."""
    loop, ready, served = asyncio.new_event_loop(), threading.Event(), Served(0)

    async def start() -> asyncio.Server:
        return await loop.create_server(lambda: _Delayed(served, answer, delay), "127.0.0.1", 0)

    def serve() -> None:
        asyncio.set_event_loop(loop)
        server = loop.run_until_complete(start())
        served.port = server.sockets[0].getsockname()[1]
        ready.set()
        loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()

    thread = threading.Thread(target=serve)
    thread.start()
    ready.wait()
    try:
        yield served
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


@pytest.fixture
def slow_server() -> Callable[..., AbstractContextManager[Served]]:
    """Serves the given parts of an answer, the first after ``delay`` seconds."""
    return _serving
