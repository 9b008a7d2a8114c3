"""One batch of spool lines and the offset behind it, in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.exc import DataError

from passgate.metering.errors import OffsetMovedError
from passgate.metering.owners import Owners, named_calls
from passgate.metering.pacing import Pacing
from passgate.metering.records import CallLine, ReadLine, SpoolLine, UsageLine
from passgate.metering.repository.call_intake import CALL_ROUTES, CallIntake, insert_calls
from passgate.metering.repository.offsets import forget_offset, move_offset, offset_row
from passgate.metering.repository.token_uses import LAST_USE_EXACT_TO, TokenSums, add_sums, own_jti, touch_tokens
from passgate.metering.repository.usage_intake import insert_usages
from passgate.metering.spool import SpoolFile
from passgate.metering.unlogged_calls import UnloggedCalls
from passgate.storage.work import Storage, Work

_REMEMBERED_TOKENS = 50_000
_Uses = dict[str, datetime]
"""Last uses of tokens, by jti."""


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
    pacing: Pacing = field(default_factory=Pacing)
    owners: Owners = field(default_factory=Owners)
    unlogged: UnloggedCalls = field(default_factory=UnloggedCalls)
    last_uses: dict[str, datetime] = field(default_factory=dict)
    """Last use of tokens as this process has noted it."""

    def write(self, file: SpoolFile, progress: Progress, read: Sequence[ReadLine]) -> Written:
        """Write some lines and move the offset behind them.

        Raises:
            OffsetMovedError: the stored offset is not where ``progress`` believes it; nothing was written.
        """
        lines = [one.content for one in read if one.content is not None]
        try:
            written = self._commit(file, progress, lines, read[-1].end)
        except (DataError, OverflowError):
            # A value out of the database's range: halving finds it, so that all others get in.
            if len(read) == 1:
                return Written(self._commit(file, progress, [], read[-1].end), 1)
            half = len(read) // 2
            first, second = self.write(file, progress, read[:half]), self.write(file, progress, read[half:])
            return Written(first.rows + second.rows, first.passed_over + second.passed_over)
        return Written(written, len(read) - len(lines))

    def write_unlogged(self, now: datetime) -> int:
        """Write the calls whose access lines are given up waiting for; returns how many were missing indeed."""
        calls = self.unlogged.due(now)
        if not calls:
            return 0
        sums = TokenSums()
        with self.storage.writing() as work:
            uses, new = self._insert_calls(work, calls, sums)
            add_sums(work.session.connection(), sums)
        self.last_uses.update(uses)
        return len(new)

    def forget(self, progress: Progress) -> None:
        """Delete the offset of a file that is gone."""
        with self.storage.writing() as work:
            forget_offset(work.session.connection(), self.node, progress.identity)

    def _commit(self, file: SpoolFile, progress: Progress, lines: Sequence[SpoolLine], end: int) -> int:
        uses: _Uses = {}
        calls = [line for line in lines if isinstance(line, CallLine) and line.route in CALL_ROUTES]
        usages = [line for line in lines if isinstance(line, UsageLine)]
        inserted = 0
        sums = TokenSums()
        self.pacing.pause()
        with self.storage.writing() as work:
            connection = work.session.connection()
            offset = offset_row(self.node, progress.identity, file.path.name, end, work.clock.now())
            if not move_offset(connection, offset, progress.stored):
                raise OffsetMovedError("Another process reads the spool files of this node.")
            if usages:
                used = insert_usages(connection, self.node, usages, self.pacing)
                sums.count_usages(used)
                inserted += len(used)
            if calls:
                uses, new = self._insert_calls(work, list(named_calls(work.session, calls)), sums)
                inserted += len(new)
            self.pacing.pause()
            add_sums(connection, sums)
            now = work.clock.now()
        self.pacing.pause()
        progress.offset = progress.stored = end
        self.last_uses.update(uses)
        self.unlogged.note(usages, calls, now)
        return inserted

    def _insert_calls(self, work: Work, calls: Sequence[CallLine], sums: TokenSums) -> tuple[_Uses, Sequence[CallLine]]:
        """The uses that are worth noting, and the calls that were not there yet."""
        connection = work.session.connection()
        self.owners.learn(work.session, calls)
        self.pacing.pause()
        intake = CallIntake(self.node, self.owners, self.pacing, self.unlogged.usage_of)
        new = insert_calls(connection, intake, calls)
        self.pacing.pause()
        uses = self._new_uses(new)
        touch_tokens(connection, uses)
        sums.count_calls(new)
        return uses, new

    def _new_uses(self, calls: Sequence[CallLine]) -> _Uses:
        """Uses of accepted tokens that are worth noting, by jti: the latest of the batch."""
        if len(self.last_uses) > _REMEMBERED_TOKENS:
            self.last_uses.clear()
        latest: dict[str, datetime] = {}
        for call in calls:
            jti, moment = own_jti(call), call.started_at
            if jti is not None and (jti not in latest or latest[jti] < moment):
                latest[jti] = moment
        return {
            jti: moment
            for jti, moment in latest.items()
            if jti not in self.last_uses or moment - self.last_uses[jti] >= LAST_USE_EXACT_TO
        }
