"""Looking for what is worth an alert; each is told once for its window and threshold, however many look."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Table, func, select

from passgate.catalog.models import Provider
from passgate.contracts.limits import LimitWindow, window_bounds
from passgate.identity.token_tables import Token
from passgate.kernel.clock import from_epoch
from passgate.kernel.money import format_dollars
from passgate.metering.alerts import repository
from passgate.metering.alerts.message import alert_message, queue_message
from passgate.metering.alerts.models import Alert
from passgate.metering.alerts.schemas import AlertKind, Severity
from passgate.metering.budgets.spent import spent_of
from passgate.metering.models import UsageHour
from passgate.metering.repository.statements import insert_new
from passgate.publishing.limits.models import Limit
from passgate.storage.work import Storage, Work

_ALERTS: Table = Alert.__table__  # type: ignore[assignment]  # declared wider than the Table that it is
_FULL = 100
_MEASURED = {"requests": "calls a minute", "tokens": "tokens a minute", "parallel": "calls at the same time"}
_MOST_TOKENS = 500
_NOT_SHORT_LIVED = 2
"""A token lives at least twice the time of notice, or its end is no news."""


@dataclass(frozen=True, slots=True)
class Watch:
    """What is worth an alert."""

    token_notice: timedelta = timedelta(days=7)
    """Before a token expires; nothing: no notice."""
    error_percent: int = 25
    """Of a provider's calls in an hour; 0: no alert."""
    error_calls: int = 50
    """How many calls of the hour it takes."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """A snapshot that a node's Envoy refused."""

    node: str
    version: int
    words: str


@dataclass(frozen=True, slots=True)
class Peak:
    """How full a limit on calls, tokens or places was within an hour."""

    limit_id: str
    hour: int
    """NumericDate of its beginning."""
    percent: int


@dataclass(frozen=True, slots=True)
class Notice:
    """Something worth an alert."""

    key: str
    kind: AlertKind
    severity: Severity
    title: str
    message: str
    team_id: str | None
    target_id: str


def look_around(storage: Storage, watch: Watch, rejections: Sequence[Rejection], peaks: Sequence[Peak] = ()) -> int:
    """Look once, and alert of what is new; how many alerts that were."""
    with storage.reading() as work:
        found = [
            *_budgets(work),
            *_full_limits(work, peaks),
            *_expiring_tokens(work, watch.token_notice),
            *_failing_providers(work, watch),
            *map(_of_rejection, rejections),
        ]
        known = repository.known_keys(work.session, {notice.key for notice in found})
    new = [notice for notice in found if notice.key not in known]
    if not new:
        return 0
    with storage.writing() as work:
        return sum(_alert(work, notice) for notice in new)


def _alert(work: Work, notice: Notice) -> bool:
    row = {name: getattr(notice, name) for name in Notice.__dataclass_fields__}
    row |= {"id": work.ids.new("alr"), "created_at": work.clock.now()}
    if not insert_new(work.session.connection(), _ALERTS, row):
        return False  # another process was faster
    alert = work.session.get_one(Alert, row["id"])
    for webhook in repository.webhooks_for(work.session, alert):
        queue_message(work, webhook, alert.id, alert_message(alert))
    return True


def _budgets(work: Work) -> Iterator[Notice]:
    limits = [row for row in work.session.scalars(select(Limit).where(Limit.measure == "money")) if row.alert_percents]
    spent = spent_of(work, limits)
    for limit in limits:
        used = spent[limit.id].micro_dollars
        reached = [percent for percent in limit.alert_percents if used * 100 >= percent * limit.amount]
        if not reached or not limit.amount:
            continue
        percent = max(reached)  # those below are no news any more
        window: LimitWindow = limit.window  # type: ignore[assignment]  # a column of text
        end = window_bounds(window, work.clock.now())[1]
        until = "" if window == "total" else f" It begins anew at {end:%Y-%m-%d %H:%M} UTC."
        yield Notice(
            f"budget:{limit.id}:{spent[limit.id].start}:{limit.amount}:{percent}",
            "budget",
            "critical" if percent >= _FULL else "warning",
            f"Budget {limit.name}: {percent} % spent",
            f"{format_dollars(used)} of {format_dollars(limit.amount)} is spent.{until}",
            limit.team_id,
            limit.id,
        )


def _full_limits(work: Work, peaks: Sequence[Peak]) -> Iterator[Notice]:
    ids = {peak.limit_id for peak in peaks}
    limits = {row.id: row for row in work.session.scalars(select(Limit).where(Limit.id.in_(ids)))} if ids else {}
    for peak in peaks:
        limit = limits.get(peak.limit_id)
        if limit is None or peak.percent not in limit.alert_percents:
            continue  # lifted, or changed since
        hour = from_epoch(peak.hour)
        full = peak.percent >= _FULL
        yield Notice(
            f"limit:{limit.id}:{peak.hour}:{limit.amount}:{peak.percent}",
            "limit",
            "critical" if full else "warning",
            f"Limit {limit.name}: {peak.percent} % reached"[:200],
            f"Between {hour:%H:%M} and {hour + timedelta(hours=1):%H:%M} UTC, {peak.percent} % of {limit.amount:,} "
            f"{_MEASURED[limit.measure]} were used{'; calls beyond that were refused' if full else ''}.",
            limit.team_id,
            limit.id,
        )


def _expiring_tokens(work: Work, notice: timedelta) -> Iterator[Notice]:
    if not notice:
        return
    now = work.clock.now()
    query = (
        select(Token)
        .where(Token.expires_at > now, Token.expires_at <= now + notice, Token.revoked_at.is_(None))
        .order_by(Token.expires_at)
        .limit(_MOST_TOKENS)
    )
    for token in work.session.scalars(query):
        if token.expires_at - token.issued_at >= notice * _NOT_SHORT_LIVED:
            yield Notice(
                f"token_expiry:{token.jti}",
                "token_expiry",
                "warning",
                f"Token {token.name} expires soon"[:200],
                f"It expires at {token.expires_at:%Y-%m-%d %H:%M} UTC. Issue another one before that.",
                token.team_id,
                token.jti,
            )


def _failing_providers(work: Work, watch: Watch) -> Iterator[Notice]:
    if not watch.error_percent:
        return
    hour = work.clock.now().replace(minute=0, second=0, microsecond=0)
    calls, errors = func.sum(UsageHour.calls), func.sum(UsageHour.errors)
    query = (
        select(UsageHour.provider_id, calls, errors)
        .where(UsageHour.hour == hour, UsageHour.provider_id != "")
        .group_by(UsageHour.provider_id)
        .having(calls >= watch.error_calls)
    )
    for provider_id, made, failed in _as_whole(work.session.execute(query).all()):
        if failed * 100 < watch.error_percent * made:
            continue
        provider = work.session.get(Provider, provider_id)
        name = provider.name if provider else provider_id
        yield Notice(
            f"error_rate:{provider_id}:{hour:%Y-%m-%dT%H}",
            "error_rate",
            "critical",
            f"Calls to {name} fail"[:200],
            f"Of {made} calls since {hour:%H:%M} UTC, {failed} failed.",
            provider.team_id if provider else None,
            provider_id,
        )


def _as_whole(rows: Iterable[tuple[str, int, int]]) -> Iterator[tuple[str, int, int]]:
    for provider_id, made, failed in rows:
        yield provider_id, int(made), int(failed)  # PostgreSQL sums bigint to numeric


def _of_rejection(rejection: Rejection) -> Notice:
    return Notice(
        f"snapshot_rejected:{rejection.node}:{rejection.version}",
        "snapshot_rejected",
        "critical",
        f"{rejection.node} rejected snapshot {rejection.version}",
        f"It goes on with the last good one. Envoy said: {rejection.words}",
        None,
        rejection.node,
    )
