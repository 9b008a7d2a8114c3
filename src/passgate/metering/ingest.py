"""From spool files to rows: each line once, whatever is killed when.

Rows, sums and the file's offset are written in one transaction. Rows that stand in the database already are neither
written nor summed again, so reading a file a second time changes nothing.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from passgate.metering.batch_writer import BatchWriter, Progress
from passgate.metering.errors import OffsetMovedError
from passgate.metering.pacing import Pacing
from passgate.metering.records import LineReader
from passgate.metering.repository.offsets import stored_offset
from passgate.metering.rotation import AccessRotation, nobody_writes
from passgate.metering.spool import Line, SpoolFile, SpoolFolder
from passgate.storage.work import Storage

ROUNDS = 10
"""Batches of each file in one run."""

_LOG = logging.getLogger(__name__)
_COMPLAIN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class SpoolLimits:
    """Sizes of the work; the defaults suit a node."""

    batch: int = 10_000
    """Lines in one transaction; a page of an index that many of them change is then written once for all."""
    rotate_bytes: int = 64 * 1024 * 1024
    """Size from which on Envoy's file is rotated."""
    silence: timedelta = timedelta(seconds=30)
    """How long nobody must have written into a rotated file before it is deleted."""


DEFAULT_LIMITS = SpoolLimits()


class Ingester:
    """Reads one node's spool folder into the database. One per node; used by one thread."""

    def __init__(
        self,
        storage: Storage,
        spool_dir: Path,
        node: str,
        reopen: Callable[[], None],
        limits: SpoolLimits = DEFAULT_LIMITS,
    ) -> None:
        """An ingester that has read nothing yet.

        Args:
            storage: where the rows go.
            spool_dir: the folder that Envoy and the workers write to.
            node: the node's name.
            reopen: makes Envoy open its access log anew (``POST /reopen_logs``); may raise OSError or PassgateError
                where Envoy cannot be reached, and is then called again later.
            limits: sizes of the work.
        """
        self._folder = SpoolFolder(spool_dir)
        self._storage = storage
        self._node = node
        self._limits = limits
        self._reader = LineReader()
        self._pacing = Pacing()
        self._writer = BatchWriter(storage, node, self._pacing)
        self._rotation = AccessRotation(self._folder, storage.clock, reopen, limits.rotate_bytes)
        self._progress: dict[int, Progress] = {}
        self._complained_at: datetime | None = None
        self.malformed = 0
        """Lines passed over since the start."""

    def run_once(self) -> int:
        """Take what has come, batch by batch. Much may be left: call again at once where the answer is not 0.

        Returns:
            How many rows were written.

        Raises:
            SQLAlchemyError: the database is not to be had. Nothing is lost: a later run goes on from the last commit.
        """
        self._pacing.begin()
        files = self._folder.files()
        self._recall(files)
        taken = 0
        waiting: Sequence[SpoolFile] = [file for file in files if self._has_more(file)]
        for _ in range(ROUNDS):
            batches = [(file, self._take_batch(file)) for file in waiting]
            taken += sum(rows or 0 for _, rows in batches)
            # Up to where each file ended when it was listed: chasing the lines that come meanwhile would make many
            # small transactions of what the next run does in one.
            waiting = [file for file, rows in batches if rows is not None and self._has_more(file)]
        taken += self._writer.write_unlogged(self._storage.clock.now())
        self._rotation.rotate(files)
        silent_since = self._storage.clock.now() - self._limits.silence
        for file in files:
            if nobody_writes(file, files, silent_since):
                self._retire(file)
        return taken

    def _recall(self, files: Sequence[SpoolFile]) -> None:
        """Keep what is known of the files that are still there, and of those only."""
        known = {file.inode: self._progress[file.inode] for file in files if file.inode in self._progress}
        for file in files:
            progress = known.get(file.inode)
            if progress is not None and file.size < progress.offset:
                del known[file.inode]
        self._progress = known

    def _has_more(self, file: SpoolFile) -> bool:
        progress = self._progress.get(file.inode)
        return file.size > (0 if progress is None else progress.offset)

    def _take_batch(self, file: SpoolFile) -> int | None:
        """The rows of one batch; None where there is no line to read now."""
        try:
            progress = self._progress.get(file.inode) or self._find_progress(file)
            lines = () if progress is None else file.lines(progress.offset, self._limits.batch)
        except FileNotFoundError:
            return None  # renamed since it was listed; the next run finds it
        if progress is None or not lines:
            return None
        return self._take(file, progress, lines)

    def _take(self, file: SpoolFile, progress: Progress, lines: Sequence[Line]) -> int | None:
        try:
            pieces = self._pacing.pieces(lines)
            read = [one for piece in pieces for one in self._reader.read(file.source, piece)]
            written = self._writer.write(file, progress, read)
        except OffsetMovedError:
            self._progress.pop(file.inode, None)
            return None
        self._pass_over(file, written.passed_over)
        return written.rows

    def _find_progress(self, file: SpoolFile) -> Progress | None:
        identity = file.identity()
        if identity is None:
            return None
        with self._storage.reading() as work:
            stored = stored_offset(work.session.connection(), self._node, identity)
        # Cut short since (by hand, or a disk that was full): read anew, since what is known is not taken twice.
        offset = 0 if stored is None or stored > file.size else stored
        self._progress[file.inode] = Progress(identity, offset, stored)
        return self._progress[file.inode]

    def _retire(self, file: SpoolFile) -> None:
        """Delete a file that was read to its end, the beginning of a line that was never ended included."""
        progress = self._progress.get(file.inode)
        size = file.path.stat().st_size  # the listing's size may be from before the last write
        if progress is None and size > 0:
            return
        if progress is not None and progress.offset < size:
            if file.lines(progress.offset, 1):
                return
            self._take(file, progress, [file.tail(progress.offset)])
        file.path.unlink(missing_ok=True)
        if progress is not None:
            del self._progress[file.inode]
            self._writer.forget(progress)

    def _pass_over(self, file: SpoolFile, lines: int) -> None:
        if not lines:
            return
        self.malformed += lines
        now = self._storage.clock.now()
        if self._complained_at is None or now - self._complained_at >= _COMPLAIN_EVERY:
            self._complained_at = now
            _LOG.warning("Passed over %d malformed lines so far, the last in %s.", self.malformed, file.path.name)
