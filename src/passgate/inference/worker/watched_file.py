"""A file that others replace by rename."""

import os
from pathlib import Path


class WatchedFile:
    """Tells when a file is another one than before, by inode, time of change and size."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen: tuple[int, int, int] | None = None

    def read_if_changed(self) -> bytes | None:
        """The content, where it changed since the last call; None where it did not, or where there is no file."""
        try:
            status = os.stat(self.path)  # noqa: PTH116 - asked twenty times a second, and Path.stat does no more
            mark = (status.st_ino, status.st_mtime_ns, status.st_size)
            if mark == self._seen:
                return None
            content = self.path.read_bytes()
        except FileNotFoundError:
            return None
        self._seen = mark
        return content
