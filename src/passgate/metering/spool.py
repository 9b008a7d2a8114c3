"""A node's spool folder: which files are in it, their lines from an offset on, and when a file may go.

Envoy writes ``access.jsonl``, which we rename to ``access.<time>.jsonl`` when it has grown enough. Workers write
``usage-<worker>.jsonl`` and rename it themselves to ``usage-<worker>.<time>.jsonl``.
"""

import hashlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

Source = Literal["usage", "access"]

LIVE_ACCESS = "access.jsonl"
_NAME = re.compile(r"(?P<stem>access|usage-[^.]+)(?P<rotated>\.[^.]+)?\.jsonl")
_FIRST_LINE = 64 * 1024
READ_BYTES = 4 * 1024 * 1024
"""Bytes read at once; a longer line is no line of ours."""


class Line(NamedTuple):
    """A line and the offset behind it."""

    text: bytes
    end: int


@dataclass(frozen=True, slots=True)
class SpoolFile:
    """A file as the folder shows it now."""

    path: Path
    source: Source
    rotated: bool
    inode: int
    size: int
    modified: float
    """Seconds since the epoch."""

    def identity(self) -> str | None:
        """Inode and a digest of the first line; None while that line is not complete."""
        with self.path.open("rb") as file:
            if os.fstat(file.fileno()).st_ino != self.inode:
                return None  # renamed since it was listed; the next look finds it
            head = file.readline(_FIRST_LINE)
        if not head.endswith(b"\n") and len(head) < _FIRST_LINE and not self.rotated:
            return None
        return f"{self.inode}-{hashlib.sha256(head).hexdigest()[:32]}"

    def lines(self, offset: int, limit: int) -> Sequence[Line]:
        """At most ``limit`` complete lines from an offset on.

        A stretch of ``READ_BYTES`` without a line's end comes as one line, so that it is passed over.
        """
        with self.path.open("rb") as file:
            if os.fstat(file.fileno()).st_ino != self.inode:
                return ()
            file.seek(offset)
            chunk = file.read(READ_BYTES)
        *texts, _unended = chunk.split(b"\n", limit)
        if not texts:
            return (Line(b"", offset + len(chunk)),) if len(chunk) == READ_BYTES else ()
        lines = []
        for text in texts:
            offset += len(text) + 1
            lines.append(Line(text, offset))
        return lines

    def tail(self, offset: int) -> Line:
        """What stands behind the last complete line of a file that nobody writes any more."""
        with self.path.open("rb") as file:
            file.seek(offset)
            text = file.read(READ_BYTES)
        return Line(text, offset + len(text))


@dataclass(frozen=True, slots=True)
class SpoolFolder:
    """The folder of one node."""

    path: Path

    def files(self) -> list[SpoolFile]:
        """Usage first (so that a call finds its usage there), then access; of each, the oldest first.

        None while there is no folder yet.
        """
        if not self.path.is_dir():
            return []
        found = []
        with os.scandir(self.path) as entries:
            for entry in entries:
                match = _NAME.fullmatch(entry.name)
                if match is None or not entry.is_file(follow_symlinks=False):
                    continue
                try:
                    stat = entry.stat(follow_symlinks=False)
                except FileNotFoundError:
                    continue  # renamed by its worker meanwhile
                source: Source = "access" if match["stem"] == "access" else "usage"
                found.append(
                    SpoolFile(
                        path=Path(entry.path),
                        source=source,
                        rotated=match["rotated"] is not None,
                        inode=stat.st_ino,
                        size=stat.st_size,
                        modified=stat.st_mtime,
                    )
                )
        return sorted(found, key=lambda file: (file.source == "access", not file.rotated, file.path.name))

    def rotate_access(self, stamp: str) -> bool:
        """Rename the live file, which Envoy writes on into until it opens a new one; False where the name is taken."""
        target = self.path / f"access.{stamp}.jsonl"
        if target.exists():
            return False
        (self.path / LIVE_ACCESS).rename(target)
        return True
