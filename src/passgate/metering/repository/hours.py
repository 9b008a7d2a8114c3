"""Reading the hourly sums."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from passgate.metering.models import CallHour, UsageHour

Grouping = Literal["application", "service", "model"]
Teams = frozenset[str] | None
"""Whose rows; None: all."""


@dataclass(slots=True)
class HourSums:
    """Sums that add up."""

    calls: int = 0
    errors: int = 0
    latency_ms: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cost: int = 0

    def add(self, other: "HourSums") -> None:
        """Add another's figures to these."""
        self.calls += other.calls
        self.errors += other.errors
        self.latency_ms += other.latency_ms
        self.tokens_in += other.tokens_in
        self.tokens_out += other.tokens_out
        self.cost += other.cost


def total(sums: Iterable[HourSums]) -> HourSums:
    """All of them together."""
    result = HourSums()
    for one in sums:
        result.add(one)
    return result


def sums_by_hour(session: Session, teams: Teams, since: datetime, until: datetime) -> Mapping[datetime, HourSums]:
    """Sums of each hour that has any; calls are counted at the gate."""
    calls = _of_calls(CallHour.hour, teams, since, until)
    usage = _of_usage(UsageHour.hour, teams, since, until, with_calls=False)
    return _merged(session, calls, usage)


def sums_by(
    session: Session, grouping: Grouping, teams: Teams, since: datetime, until: datetime
) -> dict[str, HourSums]:
    """Sums of each application, service or model (calls to models are those that a worker took up)."""
    merged: dict[Any, HourSums]
    if grouping == "application":
        calls = _of_calls(CallHour.application_id, teams, since, until)
        usage = _of_usage(UsageHour.application_id, teams, since, until, with_calls=False)
        merged = _merged(session, calls, usage)
    elif grouping == "service":
        merged = _merged(session, _of_calls(CallHour.service_id, teams, since, until))
    else:
        merged = _merged(session, _of_usage(UsageHour.model, teams, since, until, with_calls=True))
    merged.pop("", None)
    return merged


def _of_calls(key: InstrumentedAttribute[Any], teams: Teams, since: datetime, until: datetime) -> Select[Any]:
    query = select(
        key.label("key"),
        func.sum(CallHour.calls).label("calls"),
        func.sum(CallHour.errors).label("errors"),
        func.sum(CallHour.latency_ms).label("latency_ms"),
    ).where(CallHour.hour >= since, CallHour.hour < until)
    if teams is not None:
        query = query.where(CallHour.team_id.in_(teams))
    return query.group_by(key)


def _of_usage(
    key: InstrumentedAttribute[Any], teams: Teams, since: datetime, until: datetime, *, with_calls: bool
) -> Select[Any]:
    figures = [
        func.sum(UsageHour.tokens_in).label("tokens_in"),
        func.sum(UsageHour.tokens_out).label("tokens_out"),
        func.sum(UsageHour.cost).label("cost"),
    ]
    if with_calls:
        figures += [
            func.sum(UsageHour.calls).label("calls"),
            func.sum(UsageHour.errors).label("errors"),
            func.sum(UsageHour.latency_ms).label("latency_ms"),
        ]
    query = select(key.label("key"), *figures).where(UsageHour.hour >= since, UsageHour.hour < until)
    if teams is not None:
        query = query.where(UsageHour.team_id.in_(teams))
    return query.group_by(key)


def _merged(session: Session, *queries: Select[Any]) -> dict[Any, HourSums]:
    merged: dict[Any, HourSums] = defaultdict(HourSums)
    for query in queries:
        for row in session.execute(query).mappings():
            # PostgreSQL sums bigint to numeric, which arrives as Decimal.
            merged[row["key"]].add(HourSums(**{name: int(value) for name, value in row.items() if name != "key"}))
    return dict(merged)
