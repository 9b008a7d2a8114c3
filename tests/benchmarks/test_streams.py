"""Readers of paced streams find each chunk, and how late it is."""

import asyncio

import pytest
import uvloop
from benchmarks.paced_vendor import serve
from benchmarks.processes import free_port
from benchmarks.stream_readers import Lateness, Readers, StreamReader
from benchmarks.target import chat_call


async def read(port: int, count: int, rate: float, seconds: float) -> Lateness:
    serving = asyncio.create_task(serve(port, rate, seconds))
    await asyncio.sleep(0.1)
    try:
        return await Readers(chat_call(port, stream=True).request, 0.0).run(port, count)
    finally:
        serving.cancel()


def test_each_chunk_of_each_stream_is_found() -> None:
    found = uvloop.run(read(free_port(), 20, 50.0, 0.5))
    assert (found.streams, found.faults) == (20, [])
    assert found.chunks == 20 * 24  # the last one of each bears no moment
    assert 0 < found.p50_ms <= found.p99_ms <= found.max_ms


@pytest.mark.parametrize("size", range(20, 70, 7))
def test_moments_are_found_however_the_bytes_are_cut(size: int) -> None:
    text = b"HTTP/1.1 200 OK\r\n\r\n" + b"".join(b"5\r\ncontent @%d@ word\r\n" % at for at in (111, 222, 333))
    found: list[bytes] = []

    class Noting(Readers):
        def note(self, now: int, moments: list[bytes]) -> None:
            del now
            found.extend(moments)

    async def feed() -> None:
        reader = StreamReader(Noting(b"", 0.0))
        for start in range(0, len(text), size):
            reader.data_received(text[start : start + size])

    asyncio.run(feed())
    assert found == [b"111", b"222", b"333"]
