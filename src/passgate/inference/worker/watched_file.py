"""A file that others replace by rename."""

import logging
import os
from pathlib import Path

from passgate.kernel.outage import Outage

_log = logging.getLogger("passgate.inference")


class WatchedFile:
    """Tells when a file is another one than before, by inode, time of change and size."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen: tuple[int, int, int] | None = None
        self._outage = Outage(_log, f"{path} cannot be read, what it said last holds", f"{path} is read again")

    def read_if_changed(self) -> bytes | None:
        """The content, where it changed since the last call; None where it did not, or where there is no file.

        None as well where it cannot be read (no descriptor is left, the disk fails), which is told: who follows the
        file must not end by that, since the next look may find it.
        """
        try:
            status = os.stat(self.path)  # noqa: PTH116 - asked twenty times a second, and Path.stat does no more
            mark = (status.st_ino, status.st_mtime_ns, status.st_size)
            if mark == self._seen:
                return None
            content = self.path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            self._outage.failed(error)
            return None
        self._outage.worked()
        self._seen = mark
        return content
