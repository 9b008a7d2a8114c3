"""Reading and deleting calls, each by an index."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Delete,
    Select,
    delete,
    func,
    literal,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from passgate.metering.models import Call, Usage
from passgate.metering.reasons import FIRST_ERROR
from passgate.metering.schemas import CallFilter
from passgate.storage.columns import UtcDateTime

FIRST_LOOK = 1_000
"""Calls that such a filter looks at first; most pages are full by then."""
SCAN = 20_000
"""Calls that a filter without an index of its own may look at for one page."""

Conditions = list[ColumnElement[bool]]
Teams = frozenset[str] | None


_REQUEST_ID = re.compile(r"(\d{13}-)?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""The moment and a UUID; a UUID alone in calls of older nodes."""
_STATUSES = {"2xx": (200, 300), "3xx": (300, 400), "4xx": (400, 500), "5xx": (500, 600)}


@dataclass(frozen=True, slots=True)
class FoundCalls:
    """A page of rows, and the id to go on from; None at the end."""

    calls: Sequence[Call]
    next_after: int | None


def find_call(session: Session, call_id: int) -> Call | None:
    """The call of that id."""
    return session.get(Call, call_id) if call_id < 2**63 else None


def find_calls(session: Session, wanted: CallFilter, teams: Teams, after: int | None, limit: int) -> FoundCalls:
    """Calls newest first, behind the call with id ``after``; none where that call was deleted."""
    stretch = _stretch(wanted)
    if after is not None:
        started_at = session.scalar(select(Call.started_at).where(Call.id == after))
        if started_at is None:
            return FoundCalls((), None)
        behind = tuple_(literal(started_at, UtcDateTime), literal(after))
        stretch.append(tuple_(Call.started_at, Call.id) < behind)
    walks, complete = _walks(wanted, teams)
    walks = [[*walk, *stretch] for walk in walks]
    calls: Sequence[Call] = ()
    for looked_at in (limit + 1,) if complete else (FIRST_LOOK, SCAN):
        seen = aliased(Call, newest_of(walks, looked_at).subquery())
        query = select(seen).where(*_matches(seen, wanted)).order_by(seen.started_at.desc(), seen.id.desc())
        calls = session.scalars(query.limit(limit + 1)).all()
        if len(calls) > limit:
            return FoundCalls(calls[:limit], calls[limit - 1].id)
    return FoundCalls(calls, None if complete else _last_seen(session, walks))


def newest_of(walks: Sequence[Conditions], limit: int) -> Select[Any]:
    """The newest calls of all walks together; each walk follows one index and stops after ``limit`` calls."""
    newest = [
        select(Call).where(*walk).order_by(Call.started_at.desc(), Call.id.desc()).limit(limit).subquery()
        for walk in walks
    ]
    both = union_all(*(select(one) for one in newest)).subquery() if len(newest) > 1 else newest[0]
    return select(both).order_by(both.c.started_at.desc(), both.c.id.desc()).limit(limit)


def delete_calls_before(session: Session, moment: datetime, batch: int) -> int:
    """Delete the oldest calls that started before a moment, ``batch`` at most; returns how many."""
    oldest = select(Call.id).where(Call.started_at < moment).order_by(Call.started_at).limit(batch)
    return _deleted(session, delete(Call).where(Call.id.in_(oldest)))


def delete_usages_before(session: Session, moment: datetime, batch: int) -> int:
    """Delete the oldest usage that started before a moment, ``batch`` at most; returns how many."""
    oldest = select(Usage.request_id).where(Usage.started_at < moment).order_by(Usage.started_at).limit(batch)
    return _deleted(session, delete(Usage).where(Usage.request_id.in_(oldest)))


def _deleted(session: Session, statement: Delete) -> int:
    result = session.execute(statement, execution_options={"synchronize_session": False})
    return cast("CursorResult[Any]", result).rowcount


def _last_seen(session: Session, walks: Sequence[Conditions]) -> int | None:
    """The id of the last call that a search looked at; None where it came to the end."""
    seen = newest_of(walks, SCAN).subquery()
    return session.scalar(
        select(seen.c.id).order_by(seen.c.started_at.desc(), seen.c.id.desc()).offset(SCAN - 1).limit(1)
    )


def _stretch(wanted: CallFilter) -> Conditions:
    conditions: Conditions = []
    if wanted.since is not None:
        conditions.append(Call.started_at >= wanted.since)
    if wanted.until is not None:
        conditions.append(Call.started_at < wanted.until)
    return conditions


def _walks(wanted: CallFilter, teams: Teams) -> tuple[list[Conditions], bool]:
    """Conditions of the walks through the calls, one index each, and whether they alone make up the filter.

    Several teams are one walk each: under a single condition over all of them the database would have to sort.
    """
    # Hidden in a function, so that no database takes the team's index where the other one is shorter.
    of_teams = [] if teams is None else [func.coalesce(Call.team_id, "").in_(teams)]
    request_id = _request_id(wanted)
    if request_id is not None:
        return [[Call.request_id == request_id, *of_teams]], False
    owners: Conditions = []
    if wanted.application_id is not None:
        owners.append(Call.application_id == wanted.application_id)
    if wanted.model is not None:
        owners.append(Call.model == wanted.model)
    if wanted.service_id is not None:
        owners.append(Call.service_id == wanted.service_id)
    plain = wanted.kind is None and wanted.status_class is None and not wanted.text
    if teams is not None and wanted.application_id is None:
        return [[Call.team_id == team] for team in sorted(teams)], plain and not owners
    return [[*owners[:1], *of_teams]], plain and len(owners) <= 1


def _matches(call: type[Call], wanted: CallFilter) -> Conditions:
    conditions: Conditions = []
    if wanted.application_id is not None:
        conditions.append(call.application_id == wanted.application_id)
    if wanted.model is not None:
        conditions.append(call.model == wanted.model)
    if wanted.service_id is not None:
        conditions.append(call.service_id == wanted.service_id)
    if wanted.kind is not None:
        conditions.append(call.kind == wanted.kind)
    if wanted.status_class == "error":
        conditions.append(or_(call.status >= FIRST_ERROR, call.status == 0))
    elif wanted.status_class is not None:
        first, end = _STATUSES[wanted.status_class]
        conditions.append(call.status.between(first, end - 1))
    if wanted.text and _request_id(wanted) is None:
        searched = (call.path, call.code, call.subject, call.jti, call.client_ip, call.user_agent)
        conditions.append(or_(*(column.icontains(wanted.text, autoescape=True) for column in searched)))
    return conditions


def _request_id(wanted: CallFilter) -> str | None:
    """The text as the request id that it is; ours are in lower case."""
    text = (wanted.text or "").strip().lower()
    return text if _REQUEST_ID.fullmatch(text) else None
