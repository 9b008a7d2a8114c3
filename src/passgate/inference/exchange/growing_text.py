"""Text that comes in small pieces and is needed as a whole at the end."""

import zlib

_BLOCK = 16 * 1024
"""Bytes that are packed together; larger blocks pack little better, and wait in the open until they are full."""
_LEVEL = 6
"""Beyond it packing takes longer and gains nothing; a block takes half a millisecond, thousands of tokens apart."""


class GrowingText:
    """Held as UTF-8, and packed but for its end; pieces of a few letters each would take forty times as much."""

    __slots__ = ("_last", "_packed")

    def __init__(self) -> None:
        self._packed: list[bytes] = []
        self._last = bytearray()

    def add(self, text: str) -> None:
        """More of it."""
        self._last += text.encode("utf-8", "surrogatepass")
        if len(self._last) >= _BLOCK:
            self._packed.append(zlib.compress(self._last, _LEVEL))
            self._last = bytearray()

    def whole(self) -> str:
        """All that has come."""
        return b"".join((*map(zlib.decompress, self._packed), self._last)).decode("utf-8", "surrogatepass")


class KeptText:
    """A text that is whole, held packed where that saves room."""

    __slots__ = ("_is_packed", "_kept")

    def __init__(self, text: bytes) -> None:
        self._is_packed = len(text) >= _BLOCK
        self._kept = zlib.compress(text, _LEVEL) if self._is_packed else text

    def whole(self) -> bytes:
        """The text."""
        return zlib.decompress(self._kept) if self._is_packed else self._kept
