"""The audit log, for those who may read it: searched, exported, verified, and shortened after its time."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select

from passgate.kernel.actor import Actor
from passgate.kernel.pagination import Page, PageRequest
from passgate.kernel.permissions import Permission
from passgate.storage.audit import chain
from passgate.storage.audit.capture import Act
from passgate.storage.audit.chain import Verification
from passgate.storage.audit.models import AuditEntry
from passgate.storage.work import Work

_BATCH = 1_000
_LONGEST_NUMBER = 18


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What to look for; what is None narrows nothing.

    Attributes:
        act: such as ``application.created``; with a dot at the end, all that begin so.
        actor_id: who did it.
        target_id: what it was done to.
        team_id: whose it is.
        result: ``done`` or ``refused``.
        since: at or after.
        until: before.
        search: text in the actor's or the target's name, the address, or an id.
    """

    act: str | None = None
    actor_id: str | None = None
    target_id: str | None = None
    team_id: str | None = None
    result: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    search: str | None = None


def list_entries(actor: Actor, work: Work, page: PageRequest, wanted: AuditFilter | None = None) -> Page[AuditEntry]:
    """The entries that the actor may read, newest first: all, or those of the teams with audit:read.

    Raises:
        ForbiddenError: without the permission audit:read anywhere.
    """
    query = _readable(actor, wanted or AuditFilter())
    if page.after is not None:
        query = query.where(AuditEntry.seq < _number(page.after))
    rows = work.session.scalars(query.order_by(AuditEntry.seq.desc()).limit(page.bounded + 1)).all()
    items = rows[: page.bounded]
    return Page(items, str(items[-1].seq) if len(rows) > page.bounded else None)


def export_lines(actor: Actor, work: Work, wanted: AuditFilter | None = None) -> Iterator[str]:
    """The entries as JSON lines, oldest first, while they are read: the log may be longer than the memory.

    Raises:
        ForbiddenError: without the permission audit:read anywhere.
    """
    query = _readable(actor, wanted or AuditFilter()).order_by(AuditEntry.seq)
    return _lines(work, query)


def verify_log(actor: Actor, work: Work, kept: tuple[int, str] | None = None) -> Verification:
    """Check the whole chain; ``kept`` is the number and the hash of an entry, written down elsewhere at some time.

    Raises:
        ForbiddenError: without the permission audit:read over everything.
    """
    actor.require(Permission.AUDIT_READ)
    return chain.verify(work.session, work.vault, kept)


def purge_log(work: Work, before: datetime) -> int:
    """Delete the entries older than that, and tell so in the log; how many."""
    gone = chain.purge(work.session, work.vault, before)
    if gone:
        work.note(Act("audit_log.purged", "audit_log", after={"entries": gone, "before": before.isoformat()}))
    return gone


def entry_document(row: AuditEntry) -> dict[str, Any]:
    """An entry as JSON has it."""
    return {
        "seq": row.seq,
        "at": row.at.isoformat(),
        "actor": {"kind": row.actor_kind, "id": row.actor_id, "name": row.actor_name},
        "via": row.via,
        "ip": row.ip,
        "request_id": row.request_id,
        "act": row.act,
        "target": {"kind": row.target_kind, "id": row.target_id, "name": row.target_name},
        "team_id": row.team_id,
        "result": row.result,
        "reason": row.reason,
        "before": None if row.before is None else json.loads(row.before),
        "after": None if row.after is None else json.loads(row.after),
        "hash": row.hash,
    }


def _lines(work: Work, query: Select[AuditEntry]) -> Iterator[str]:
    for row in work.session.scalars(query, execution_options={"yield_per": _BATCH}):
        yield json.dumps(entry_document(row), separators=(",", ":")) + "\n"
        work.session.expunge(row)


def _readable(actor: Actor, wanted: AuditFilter) -> Select[AuditEntry]:
    actor.require_somewhere(Permission.AUDIT_READ)
    query, teams = select(AuditEntry), actor.teams_with(Permission.AUDIT_READ)
    if teams is not None:
        query = query.where(AuditEntry.team_id.in_(teams))
    return query.where(*_conditions(wanted))


def _conditions(wanted: AuditFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.act is not None:
        is_beginning = wanted.act.endswith(".")
        yield AuditEntry.act.startswith(wanted.act, autoescape=True) if is_beginning else AuditEntry.act == wanted.act
    for column, value in (
        (AuditEntry.actor_id, wanted.actor_id),
        (AuditEntry.target_id, wanted.target_id),
        (AuditEntry.team_id, wanted.team_id),
        (AuditEntry.result, wanted.result),
    ):
        if value is not None:
            yield column == value
    if wanted.since is not None:
        yield AuditEntry.at >= wanted.since
    if wanted.until is not None:
        yield AuditEntry.at < wanted.until
    if wanted.search:
        text = wanted.search
        yield or_(
            AuditEntry.actor_name.icontains(text, autoescape=True),
            AuditEntry.target_name.icontains(text, autoescape=True),
            AuditEntry.act.icontains(text, autoescape=True),
            AuditEntry.ip == text,
            AuditEntry.actor_id == text,
            AuditEntry.target_id == text,
            AuditEntry.via == text,
            AuditEntry.request_id == text,
        )


def _number(cursor: str) -> int:
    """A cursor's number; anything else is one before which there is nothing."""
    return int(cursor) if cursor.isascii() and cursor.isdigit() and len(cursor) <= _LONGEST_NUMBER else 0
