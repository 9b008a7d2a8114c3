"""The usage file: one line an AI call, in the file before the answer is out."""

import logging
import os
from pathlib import Path

from passgate.kernel.clock import Clock

_log = logging.getLogger("passgate.inference")


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
        if self._size and os.pread(self._descriptor, 1, self._size - 1) != b"\n":
            # A full disk can leave half a line; it must not swallow the next one.
            self._size += os.write(self._descriptor, b"\n")

    def close(self) -> None:
        """Close the file."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def append(self, line: bytes) -> None:
        """Append a line, newline included. A line that cannot be written is logged, so that it is not lost unseen."""
        try:
            written = os.write(self._descriptor, line)
            self._size += written
            if written < len(line):
                _log.error("the usage spool took only part of a line: %s", line.decode())
                os.write(self._descriptor, b"\n")
            if self._size >= self._rotate_bytes:
                self._rotate()
        except OSError as error:
            _log.error("the usage spool cannot be written (%s): %s", error.strerror, line.decode())

    def _rotate(self) -> None:
        """Set the file aside, under the moment's name, for the reader that knows files by inode."""
        moment = self._clock.now().strftime("%Y%m%dT%H%M%S%f")
        self.path.rename(self._folder / f"usage-{self._name}.{moment}.jsonl")
        self.close()
        self.open()
