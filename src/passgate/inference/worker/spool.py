"""The usage file: one line an AI call, in the file before the answer is out."""

import asyncio
import logging
import os
from pathlib import Path

from passgate.kernel.clock import Clock

_log = logging.getLogger("passgate.inference")

_LOOK_SECONDS = 1.0


class UsageSpool:
    """Appends lines, and renames the file when it has grown enough.

    A line is one ``write`` to a file opened for appending, so it survives the end of this process. It is not synced
    to the disk: a machine that loses power may lose the last lines.
    """

    def __init__(self, folder: Path, name: str, *, clock: Clock, rotate_bytes: int) -> None:
        self._folder = folder
        self._name = name
        self._clock = clock
        self._rotate_bytes = rotate_bytes
        self._descriptor = -1
        self._size = 0
        self._is_torn = False

    @property
    def path(self) -> Path:
        """The file that is being written."""
        return self._folder / f"usage-{self._name}.jsonl"

    def open(self) -> None:
        """Open the file; what an earlier process left in it stays.

        Raises:
            OSError: the file cannot be made or written.
        """
        self._descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._size = os.fstat(self._descriptor).st_size
        # A full disk can leave half a line; it must not swallow the next one.
        self._is_torn = self._size > 0 and os.pread(self._descriptor, 1, self._size - 1) != b"\n"

    def close(self) -> None:
        """Close the file."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    async def follow(self) -> None:
        """Look every so often whether the file is still there; each line would pay for it otherwise."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            self.leave_deleted()

    def leave_deleted(self) -> None:
        """Give up a file that somebody deleted: it takes lines, and shows them to nobody."""
        if self._descriptor >= 0 and not os.fstat(self._descriptor).st_nlink:
            _log.error("the usage spool was deleted, a new one is begun: %s", self.path)
            self.close()

    def append(self, line: bytes) -> None:
        """Append a line, newline included. A line that cannot be written is logged, so that it is not lost unseen.

        Each line tries anew: with room on the disk, or the folder, back again, so are the lines.
        """
        text = line.rstrip(b"\n").decode()
        try:
            if self._descriptor < 0:
                self.open()
            begun = b"\n" if self._is_torn else b""
            written = os.write(self._descriptor, begun + line)
            self._size += written
            rest = len(begun) + len(line) - written
            self._is_torn = bool(rest) and (written > len(begun) or (self._is_torn and not written))
            if rest:
                _log.error("the usage spool took only part of a line: %s", text)
                return
        except OSError as error:
            _log.error("the usage spool cannot be written (%s): %s", error.strerror, text)
            return
        if self._size >= self._rotate_bytes:
            self._rotate()

    def _rotate(self) -> None:
        """Set the file aside, under the moment's name, for the reader that knows files by inode."""
        moment = self._clock.now().strftime("%Y%m%dT%H%M%S%f")
        try:
            self.path.rename(self._folder / f"usage-{self._name}.{moment}.jsonl")
        except OSError as error:
            _log.error("the usage spool cannot be set aside: %s", error.strerror)
        self.close()  # the next line opens it
