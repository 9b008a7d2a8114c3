"""Limits on use: what is counted, over which window, and what was spent before."""

from datetime import UTC, datetime, timedelta
from typing import Literal

from pydantic import Field

from passgate.contracts.frozen import Contract

LimitScope = Literal["token", "application", "team", "user", "model", "provider"]
LimitMeasure = Literal["requests", "tokens", "parallel", "money"]
LimitWindow = Literal["minute", "day", "week", "month", "total", "none"]
"""``minute`` goes with requests and tokens, ``none`` with parallel calls, the others with money."""

_FOREVER = datetime(9999, 12, 31, tzinfo=UTC)
_EVER = datetime(1970, 1, 1, tzinfo=UTC)
_DECEMBER = 12


class LimitRule(Contract):
    """One limit, as the workers enforce it."""

    id: str
    name: str
    scope: LimitScope
    target: str
    """The jti, the subject, or the id of the application, team, model or provider that is limited."""
    measure: LimitMeasure
    window: LimitWindow
    amount: int
    """Calls, tokens, calls at the same time, or micro-dollars."""
    alert_percents: tuple[int, ...] = ()
    """Shares of the amount that are worth an alert."""
    service_id: str | None = None
    """Only calls of this service count, as under a subscription's plan; None: all calls."""


class SpentInWindow(Contract):
    """What the ledger says of one budget."""

    start: int
    """NumericDate of the window's first second."""
    micro_dollars: int


class SpentSums(Contract):
    """What was spent, read from the ledger by a node's agent, so that budgets survive a restart of those who count."""

    format: Literal[1] = 1
    as_of: datetime
    nodes: int = 1
    """Nodes that serve; where no Valkey is shared, each counts its share."""
    limits: dict[str, SpentInWindow] = Field(default_factory=dict)
    """By the limit's id."""
    tokens: dict[str, int] = Field(default_factory=dict)
    """By jti: micro-dollars of a token with a budget of its own, its children's included."""


def window_bounds(window: LimitWindow, now: datetime) -> tuple[datetime, datetime]:
    """The first moment of the window that a moment is in, and the first one after it; calendar windows, UTC.

    A week begins on Monday (ISO 8601).
    """
    moment = now.astimezone(UTC).replace(second=0, microsecond=0)
    if window == "minute":
        return moment, moment + timedelta(minutes=1)
    day = moment.replace(hour=0, minute=0)
    if window == "day":
        return day, day + timedelta(days=1)
    if window == "week":
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=7)
    if window == "month":
        first = day.replace(day=1)
        later = first.replace(year=first.year + 1, month=1) if first.month == _DECEMBER else None
        return first, later or first.replace(month=first.month + 1)
    return _EVER, _FOREVER
