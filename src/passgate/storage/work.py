"""The unit of work: one session, one commit, made at the edge."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session, UOWTransaction

from passgate.kernel.actor import Actor
from passgate.kernel.clock import Clock
from passgate.kernel.errors import ForbiddenError, PassgateError
from passgate.kernel.ids import IdFactory
from passgate.kernel.origin import Origin, current_origin
from passgate.kernel.own_names import OwnNames
from passgate.kernel.sealing import Vault
from passgate.storage.audit.capture import Act, note_bulk_change, note_changes, pending_of
from passgate.storage.audit.chain import append
from passgate.storage.audit.refusals import Refusals
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
    own_names: OwnNames = field(default_factory=OwnNames)
    origin: Origin = field(default_factory=Origin)
    """Who causes what is done here; told in the audit log."""

    def act_as(self, actor: Actor, ip: str | None = None) -> None:
        """Say who acts, where the request did not bring that along: once a credential was checked, at the edges."""
        self.origin.actor = actor
        if ip is not None:
            self.origin.ip = ip

    def note(self, act: Act) -> None:
        """Have something told in the audit log that no changed row tells, such as a refused sign-in."""
        pending_of(self.session).acts.append(act)

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
    refusals: Refusals = field(default_factory=Refusals)
    own_names: OwnNames = field(default_factory=OwnNames)

    @contextmanager
    def reading(self) -> Iterator[Work]:
        """A unit of work that reads; whatever it changes is rolled back."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield Work(session, self.clock, self.ids, self.vault, self.own_names)

    @contextmanager
    def writing(self) -> Iterator[Work]:
        """A unit of work that commits once, at its end, and not at all when an error leaves it.

        The one exception is a refusal that keeps its changes, such as a failed sign-in, which has to be recorded.
        """
        with Session(self.engine, expire_on_commit=False) as session:
            event.listen(session, "after_flush", _note_snapshot_changes)
            event.listen(session, "after_flush", note_changes)
            event.listen(session, "do_orm_execute", note_bulk_change)
            session.connection(execution_options={WRITE_OPTION: True})
            work = Work(session, self.clock, self.ids, self.vault, self.own_names, replace(current_origin()))
            try:
                yield work
            except PassgateError as refusal:
                if refusal.keeps_changes:
                    _tell(work)
                    session.commit()
                raise
            session.flush()
            for hook in self.before_commit:
                hook(work)
            _tell(work)
            session.commit()
            for hook in self.after_commit:
                hook(work)

    @contextmanager
    def trying(self) -> Iterator[Work]:
        """A unit of work that shows what a change would do, and is rolled back in the end.

        It takes the write lock as one that is kept does, since it writes as that does.
        """
        with Session(self.engine, expire_on_commit=False) as session:
            session.connection(execution_options={WRITE_OPTION: True})
            yield Work(session, self.clock, self.ids, self.vault, self.own_names, replace(current_origin()))

    def tell_refusal(self, refusal: PassgateError, origin: Origin | None = None, act: Act | None = None) -> None:
        """Have the audit log tell that somebody wanted what they may not.

        It commits by itself, since the refused unit of work does not. The same refusal of the same actor is told once
        a minute, so that nobody fills the log.

        Args:
            refusal: what is not a ForbiddenError is told only as an act.
            origin: unset: of the request that is served.
            act: what was refused; unset: access.
        """
        found = origin or current_origin()
        if act is None and isinstance(refusal, ForbiddenError):
            act = Act("access.refused", after={"message": refusal.message}, refused_for=refusal.code)
        if act is None or not self.refusals.is_new(refusal, found, self.clock.now()):
            return
        with Session(self.engine) as session:
            session.connection(execution_options={WRITE_OPTION: True})
            append(session, self.clock, self.vault, found, [act])
            session.commit()


def _tell(work: Work) -> None:
    """Append what was done to the audit log; the last step before the commit, for its lock is held until then."""
    work.session.flush()
    acts = pending_of(work.session).acts
    if acts:
        append(work.session, work.clock, work.vault, work.origin, acts)


def _note_snapshot_changes(session: Session, _context: UOWTransaction) -> None:
    changed: list[Any] = [*session.new, *session.deleted, *(row for row in session.dirty if session.is_modified(row))]
    if any(isinstance(row, Base) and row.affects_snapshot for row in changed):
        session.info[_CHANGED] = True
