"""Readers of many streams at once, who note how late each chunk is.

``python -m benchmarks.stream_readers <outcome file>`` reads port, request, count and settling seconds from standard
input as JSON.
"""

import asyncio
import base64
import dataclasses
import gc
import json
import sys
from array import array
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic_ns
from typing import cast

import uvloop

from benchmarks.load import percentile

_OPENED_A_SECOND = 500
_END = b"0\r\n\r\n"


@dataclass(slots=True)
class Lateness:
    """What the readers met, in milliseconds."""

    streams: int = 0
    """Those that came to their end."""
    chunks: int = 0
    reads: int = 0
    """Pieces that they came in; fewer than chunks where chunks were joined."""
    p50_ms: float = 0.0
    p99_ms: float = 0.0
    max_ms: float = 0.0
    faults: list[str] = field(default_factory=list)


class StreamReader(asyncio.Protocol):
    """One connection that begins a stream and reads it to its end."""

    def __init__(self, readers: "Readers") -> None:
        self._readers = readers
        self._rest = self._tail = b""
        self._begun = False
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the stream."""
        self._transport = cast("asyncio.WriteTransport", transport)
        self._transport.write(self._readers.request)

    def data_received(self, data: bytes) -> None:
        """Note the moments that are whole; keep the rest."""
        now = monotonic_ns()
        if not self._begun:
            self._begun = True
            if not data.startswith(b"HTTP/1.1 200"):
                self._end(data[:300].decode("utf-8", "replace"))
                return
        *parts, last = (self._rest + data).split(b"@")
        # A moment stands between two signs; a sign too many is the beginning of one that has not come whole.
        self._rest = b"@" + last if len(parts) % 2 else b""
        self._readers.note(now, parts[1::2])
        self._tail = (self._tail + data)[-len(_END) :]
        if self._tail == _END:
            self._end(None)

    def connection_lost(self, exc: Exception | None) -> None:
        """A stream that has not come to its end never will."""
        self._end(f"the connection was lost ({exc})")

    def _end(self, fault: str | None) -> None:
        if self.done.done():
            return
        self.done.set_result(fault)
        self._transport.abort()


class Readers:
    """All readers of one run."""

    def __init__(self, request: bytes, settled: float) -> None:
        """Make them.

        Args:
            request: begins a stream.
            settled: chunks written in the first so many seconds are not counted, while streams are still beginning.
        """
        self.request = request
        self._from = monotonic_ns() + round(settled * 1e9)
        self._late = array("q")
        self._reads = 0

    def note(self, now: int, moments: list[bytes]) -> None:
        """Chunks have come."""
        if now < self._from or not moments:
            return
        self._reads += 1
        self._late.extend(now - int(moment) for moment in moments if moment.isdigit())  # a frame may stand in between

    async def run(self, port: int, count: int) -> Lateness:
        """Begin the streams one after the other, and read all to the end."""
        loop = asyncio.get_running_loop()
        readers = []
        for _ in range(count):
            _, reader = await loop.create_connection(lambda: StreamReader(self), "127.0.0.1", port)
            readers.append(reader)
            await asyncio.sleep(1 / _OPENED_A_SECOND)
        ends = await asyncio.gather(*(reader.done for reader in readers))
        faults = [str(end) for end in ends if end is not None]
        late = [value / 1e6 for value in self._late] or [0.0]
        return Lateness(
            count - len(faults),
            len(self._late),
            self._reads,
            percentile(late, 0.5),
            percentile(late, 0.99),
            max(late),
            faults[:3],
        )


def _main() -> None:
    gc.disable()  # as in the generator
    spec = json.loads(sys.stdin.read())
    readers = Readers(base64.b64decode(spec["request"]), spec["settled"])
    found = uvloop.run(readers.run(spec["port"], spec["count"]))
    Path(sys.argv[1]).write_text(json.dumps(dataclasses.asdict(found)))


if __name__ == "__main__":
    _main()
