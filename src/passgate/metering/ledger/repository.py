"""Queries of corrections, and their writing in bulk."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, Table, delete, func, insert, select
from sqlalchemy.orm import Session

from passgate.contracts.usage_record import COUNTED
from passgate.kernel.pagination import Page, PageRequest
from passgate.metering.ledger.models import Repricing, UsageCorrection
from passgate.metering.models import ServiceUsageDay, SpendDay, Usage, UsageHour
from passgate.metering.repository.statements import Row, insert_or_add

_CORRECTIONS: Table = UsageCorrection.__table__  # type: ignore[assignment]  # declared wider than the Table that it is
_USAGE_HOURS: Table = UsageHour.__table__  # type: ignore[assignment]  # as above
_SPEND_DAYS: Table = SpendDay.__table__  # type: ignore[assignment]  # as above
_SERVICE_DAYS: Table = ServiceUsageDay.__table__  # type: ignore[assignment]  # as above
_LOCK = 0x50415353_4C454447
"""The advisory lock of corrections in PostgreSQL; SQLite has one writer anyway."""


def one_at_a_time(session: Session) -> None:
    """Wait until no other correction is under way: each starts from the sums that the last one left."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_LOCK)))


def usages_to_reprice(session: Session, conditions: Iterable[ColumnElement[bool]], limit: int) -> Sequence[Usage]:
    """Usage that a vendor counted, or that was estimated where it could not, in no particular order."""
    query = select(Usage).where(Usage.usage_source.in_(COUNTED), *conditions).limit(limit)
    return session.scalars(query.execution_options(yield_per=5_000)).all()


def corrected_costs(session: Session, conditions: Iterable[ColumnElement[bool]]) -> dict[str, int]:
    """The cost that holds, by request id, of usage that was corrected."""
    query = select(UsageCorrection.request_id, UsageCorrection.cost).join(
        Usage, Usage.request_id == UsageCorrection.request_id
    )
    return dict(session.execute(query.where(*conditions).order_by(UsageCorrection.id)).all())


def costs_of_requests(session: Session, requests: Collection[str]) -> Mapping[str, int]:
    """The cost that holds of those of these requests that were corrected."""
    query = select(UsageCorrection.request_id, UsageCorrection.cost).where(UsageCorrection.request_id.in_(requests))
    return dict(session.execute(query.order_by(UsageCorrection.id)).all()) if requests else {}


def add_corrections(session: Session, rows: Sequence[Row]) -> None:
    """Write entries beside the old ones."""
    session.connection().execute(insert(_CORRECTIONS), rows)


def add_to_sums(session: Session, hours: Mapping[tuple[Any, ...], int], days: Mapping[tuple[Any, ...], int]) -> None:
    """Add differences of cost to the hourly sums, and to what users and tokens spent by day."""
    keys = ("hour", "team_id", "application_id", "model", "provider_id")
    nothing = dict.fromkeys(("calls", "errors", "latency_ms", "tokens_in", "tokens_out"), 0)
    connection = session.connection()
    if hours:
        rows = [{**dict(zip(keys, key, strict=True)), **nothing, "cost": cost} for key, cost in hours.items()]
        insert_or_add(connection, _USAGE_HOURS, rows)
    if days:
        spent = [{"scope": key[0], "target": key[1], "day": key[2], "cost": cost} for key, cost in days.items()]
        insert_or_add(connection, _SPEND_DAYS, spent)


def add_to_services(session: Session, days: Mapping[tuple[Any, ...], int]) -> None:
    """Add differences of cost to what applications used of services by day."""
    keys = ("day", "team_id", "application_id", "service_id")
    rows = [
        {**dict(zip(keys, key, strict=True)), "tokens_in": 0, "tokens_out": 0, "cost": cost}
        for key, cost in days.items()
    ]
    if rows:
        insert_or_add(session.connection(), _SERVICE_DAYS, rows)


def repricings_page(session: Session, page: PageRequest) -> Page[Repricing]:
    """Corrections, newest first."""
    query = select(Repricing)
    if page.after is not None:
        query = query.where(Repricing.id < page.after)
    rows = session.scalars(query.order_by(Repricing.id.desc()).limit(page.bounded + 1)).all()
    items = rows[: page.bounded]
    return Page(items, items[-1].id if len(rows) > page.bounded else None)


def delete_corrections_before(session: Session, moment: datetime, batch: int) -> int:
    """Delete the oldest corrections of calls that started before a moment; returns how many."""
    oldest = select(UsageCorrection.id).where(UsageCorrection.started_at < moment)
    oldest = oldest.order_by(UsageCorrection.started_at).limit(batch)
    statement = delete(UsageCorrection).where(UsageCorrection.id.in_(oldest))
    result = session.execute(statement, execution_options={"synchronize_session": False})
    return cast("CursorResult[Any]", result).rowcount
