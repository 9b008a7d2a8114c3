"""The unit of work: one session, one commit, made at the edge."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session, UOWTransaction

from passgate.kernel.clock import Clock
from passgate.kernel.errors import PassgateError
from passgate.kernel.ids import IdFactory
from passgate.kernel.sealing import Vault
from passgate.storage.base import Base
from passgate.storage.engine import WRITE_OPTION

_CHANGED = "passgate_snapshot_changed"


@dataclass(frozen=True, slots=True)
class Work:
    """What services work with: the session, and time, ids and sealing as arguments."""

    session: Session
    clock: Clock
    ids: IdFactory
    vault: Vault

    @property
    def snapshot_changed(self) -> bool:
        """Whether a row that the gate must know was written in this unit of work."""
        return bool(self.session.info.get(_CHANGED))


WorkHook = Callable[[Work], None]


@dataclass(frozen=True, slots=True)
class Storage:
    """Opens units of work; the edges hold one of these."""

    engine: Engine
    clock: Clock
    ids: IdFactory
    vault: Vault
    before_commit: Sequence[WorkHook] = field(default=())
    """Run inside the transaction, in order: publishing of the snapshot is one of them."""
    after_commit: Sequence[WorkHook] = field(default=())
    """Run once it is committed: waking the nodes is one of them."""

    @contextmanager
    def reading(self) -> Iterator[Work]:
        """A unit of work that reads; whatever it changes is rolled back."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield Work(session, self.clock, self.ids, self.vault)

    @contextmanager
    def writing(self) -> Iterator[Work]:
        """A unit of work that commits once, at its end, and not at all when an error leaves it.

        The one exception is a refusal that keeps its changes, such as a failed sign-in, which has to be recorded.
        """
        with Session(self.engine, expire_on_commit=False) as session:
            event.listen(session, "after_flush", _note_snapshot_changes)
            session.connection(execution_options={WRITE_OPTION: True})
            work = Work(session, self.clock, self.ids, self.vault)
            try:
                yield work
            except PassgateError as refusal:
                if refusal.keeps_changes:
                    session.commit()
                raise
            session.flush()
            for hook in self.before_commit:
                hook(work)
            session.commit()
            for hook in self.after_commit:
                hook(work)


def _note_snapshot_changes(session: Session, _context: UOWTransaction) -> None:
    changed: list[Any] = [*session.new, *session.deleted, *(row for row in session.dirty if session.is_modified(row))]
    if any(isinstance(row, Base) and row.affects_snapshot for row in changed):
        session.info[_CHANGED] = True
