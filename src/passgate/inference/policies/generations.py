"""Since when what is kept of a place holds: one mark a place, which changes with each call that may have changed it.

An answer is kept with the mark that its place had before its upstream was asked, and is given only while the place has
it still. So one call gives up all answers of its place, whoever's they are, and those that are on their way; nobody has
to know which there are. Places share marks by chance: then an answer is given up that could have stayed, never the
other way round.
"""

import hashlib
import mmap
import os
import sys
from pathlib import Path

PLACES = 1 << 18
WIDTH = 8
"""Bytes of a mark."""
_SIZE = PLACES * WIDTH
_OWNER_ONLY = 0o600


def place_of(service_id: str, path: str) -> int:
    """The place of a path of a service."""
    digest = hashlib.blake2b(f"{service_id} {path}".encode(), digest_size=4).digest()
    return int.from_bytes(digest) % PLACES


def mark_of(unique: str) -> bytes:
    """A mark that no place has had.

    Args:
        unique: an id that was made for this change.
    """
    return hashlib.blake2b(unique.encode(), digest_size=WIDTH).digest()


class Generations:
    """The marks, in memory that the workers of a node share."""

    def __init__(self, file: Path | None) -> None:
        """Make them, or join those that are there.

        Args:
            file: that the workers map; None: this worker is alone.

        Raises:
            OSError: the file cannot be made.
        """
        self._marks: mmap.mmap | bytearray = bytearray(_SIZE) if file is None else _mapped(file)

    def at(self, place: int) -> bytes:
        """The mark of a place."""
        start = place * WIDTH
        return bytes(self._marks[start : start + WIDTH])

    def change(self, place: int, mark: bytes) -> None:
        """Give up all that is kept of a place."""
        start = place * WIDTH
        self._marks[start : start + WIDTH] = mark


def _mapped(file: Path) -> mmap.mmap:
    handle = os.open(file, os.O_RDWR | os.O_CREAT, _OWNER_ONLY)
    try:
        if sys.platform == "linux":
            # A page without room on the disk behind it would end the process when it is first written.
            os.posix_fallocate(handle, 0, _SIZE)
        else:
            os.ftruncate(handle, _SIZE)
        return mmap.mmap(handle, _SIZE)
    finally:
        os.close(handle)
