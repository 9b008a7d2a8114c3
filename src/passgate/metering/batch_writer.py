"""One batch of spool lines and the offset behind it, in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.exc import DataError

from passgate.metering.errors import OffsetMovedError
from passgate.metering.owners import Owners
from passgate.metering.records import Row, SpoolRow
from passgate.metering.repository.intake import LAST_USE_EXACT_TO, insert_calls, insert_usages, touch_tokens
from passgate.metering.repository.offsets import forget_offset, move_offset, offset_row
from passgate.metering.spool import SpoolFile
from passgate.storage.work import Storage

_REMEMBERED_TOKENS = 50_000
_UNAUTHORIZED = 401


@dataclass(slots=True)
class Progress:
    """How far a file was read."""

    identity: str
    offset: int
    stored: int | None
    """The offset that the database has; None: no row yet."""


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a batch."""

    rows: int
    passed_over: int
    """Lines that were malformed, or held a value that the database will not have."""


@dataclass(slots=True)
class BatchWriter:
    """Writes the batches of one node."""

    storage: Storage
    node: str
    owners: Owners = field(default_factory=Owners)
    last_uses: dict[str, datetime] = field(default_factory=dict)
    """Last use of tokens as this process has noted it."""

    def write(self, file: SpoolFile, progress: Progress, read: Sequence[SpoolRow]) -> Written:
        """Write some rows and move the offset behind them.

        Raises:
            OffsetMovedError: the stored offset is not where ``progress`` believes it; nothing was written.
        """
        rows = [one.row for one in read if one.row is not None]
        try:
            written = self._commit(file, progress, rows, read[-1].end)
        except (DataError, OverflowError):
            # A value out of the database's range: halving finds it, so that all others get in.
            if len(read) == 1:
                return Written(self._commit(file, progress, [], read[-1].end), 1)
            half = len(read) // 2
            first, second = self.write(file, progress, read[:half]), self.write(file, progress, read[half:])
            return Written(first.rows + second.rows, first.passed_over + second.passed_over)
        return Written(written, len(read) - len(rows))

    def forget(self, progress: Progress) -> None:
        """Delete the offset of a file that is gone."""
        with self.storage.writing() as work:
            forget_offset(work.session.connection(), self.node, progress.identity)

    def _commit(self, file: SpoolFile, progress: Progress, rows: list[Row], end: int) -> int:
        uses: dict[str, datetime] = {}
        inserted: Sequence[Row] = ()
        with self.storage.writing() as work:
            connection = work.session.connection()
            offset = offset_row(self.node, progress.identity, file.path.name, end, work.clock.now())
            if not move_offset(connection, offset, progress.stored):
                raise OffsetMovedError("Another process reads the spool files of this node.")
            if rows and file.source == "usage":
                inserted = insert_usages(connection, rows)
            elif rows:
                self.owners.assign(work.session, rows)
                inserted = insert_calls(connection, rows)
                uses = self._new_uses(inserted)
                touch_tokens(connection, uses)
        progress.offset = progress.stored = end
        self.last_uses.update(uses)
        return len(inserted)

    def _new_uses(self, calls: Sequence[Row]) -> dict[str, datetime]:
        """Uses of accepted tokens that are worth noting, by jti: the latest of the batch."""
        if len(self.last_uses) > _REMEMBERED_TOKENS:
            self.last_uses.clear()
        latest: dict[str, datetime] = {}
        for row in calls:
            jti, moment = row["jti"], row["started_at"]
            if jti is not None and row["status"] != _UNAUTHORIZED and (jti not in latest or latest[jti] < moment):
                latest[jti] = moment
        return {
            jti: moment
            for jti, moment in latest.items()
            if jti not in self.last_uses or moment - self.last_uses[jti] >= LAST_USE_EXACT_TO
        }
