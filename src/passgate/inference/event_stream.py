"""Amazon's event stream (``application/vnd.amazon.eventstream``) cut out of a byte stream.

Each message: total length and length of the headers (4 bytes each, big-endian), a CRC-32 of these eight bytes, the
headers, the payload, and a CRC-32 of all before it
(https://docs.aws.amazon.com/transcribe/latest/dg/event-stream.html).
"""

import struct
import zlib

from passgate.inference.exchange.ports import VendorGarbageError
from passgate.inference.sse import MAX_EVENT_BYTES, OversizedEventError, SseEvent

_PRELUDE = struct.Struct(">III")
_CRC = struct.Struct(">I")
_OVERHEAD = _PRELUDE.size + _CRC.size
_FIXED_SIZES = {0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16}
"""Header values by type: true, false, byte, short, integer, long, timestamp, UUID."""
_BYTES = 6
_STRING = 7

EXCEPTION = "exception:"
"""Before the name of an event that reports an error."""


class EventStreamCutter:
    """Gives the whole messages of a stream as events: the name is ``:event-type``, the data the payload.

    A message of the type ``exception`` or ``error`` bears its code as name, after ``EXCEPTION``.
    """

    def __init__(self, limit: int = MAX_EVENT_BYTES) -> None:
        self._limit = limit
        self._buffer = bytearray()
        self._broken: VendorGarbageError | None = None

    def feed(self, chunk: bytes) -> list[SseEvent]:
        """The events that this chunk completes.

        Raises:
            OversizedEventError: a message says that it is larger than the limit.
            VendorGarbageError: a message is no such message, or damaged; the whole ones before it have been given.
        """
        self._buffer += chunk
        found: list[SseEvent] = []
        while self._broken is None:
            try:
                event = self._next()
            except VendorGarbageError as error:
                self._broken = error
                self._buffer.clear()
                break
            if event is None:
                return found
            found.append(event)
        if found:
            return found
        raise self._broken

    def rest(self) -> list[SseEvent]:
        """Nothing: half a message is none.

        Raises:
            VendorGarbageError: the last bytes were no message.
        """
        if self._broken is not None:
            raise self._broken
        return []

    def _next(self) -> SseEvent | None:
        buffer = self._buffer
        if len(buffer) < _PRELUDE.size:
            return None
        total, header_bytes, prelude_crc = _PRELUDE.unpack_from(buffer)
        if zlib.crc32(memoryview(buffer)[:8]) != prelude_crc or total < header_bytes + _OVERHEAD:
            raise VendorGarbageError("no message of an event stream")
        if total > self._limit:
            raise OversizedEventError(f"a message is larger than {self._limit} bytes")
        if len(buffer) < total:
            return None
        message = bytes(buffer[:total])
        del buffer[:total]
        end = total - _CRC.size
        if zlib.crc32(memoryview(message)[:end]) != _CRC.unpack_from(message, end)[0]:
            raise VendorGarbageError("a damaged message")
        payload_start = _PRELUDE.size + header_bytes
        headers = _headers(message[_PRELUDE.size : payload_start])
        return SseEvent(message, _name(headers), message[payload_start:end])


def _name(headers: dict[str, str]) -> str:
    kind = headers.get(":message-type", "event")
    if kind == "event":
        return headers.get(":event-type", "")
    return EXCEPTION + (headers.get(":exception-type") or headers.get(":error-code") or kind)


def _headers(block: bytes) -> dict[str, str]:
    """The headers whose values are strings.

    Raises:
        VendorGarbageError: the block is no list of headers.
    """
    found: dict[str, str] = {}
    place = 0
    try:
        while place < len(block):
            name_end = place + 1 + block[place]
            name = block[place + 1 : name_end].decode()
            kind = block[name_end]
            place = name_end + 1
            if kind in {_BYTES, _STRING}:
                size = int.from_bytes(block[place : place + 2], "big")
                place += 2
            else:
                size = _FIXED_SIZES[kind]
            if place + size > len(block):
                raise VendorGarbageError("a header that ends too early")
            if kind == _STRING:
                found[name] = block[place : place + size].decode()
            place += size
    except (IndexError, KeyError, UnicodeDecodeError) as error:
        raise VendorGarbageError("a header of no known kind") from error
    return found
