"""What was spent of each budget in its present window, from the ledger's sums."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from passgate.catalog.models import Model
from passgate.contracts.limits import LimitWindow, SpentInWindow, SpentSums, window_bounds
from passgate.identity.token_tables import Token
from passgate.metering.models import ServiceUsageDay, SpendDay, UsageHour
from passgate.publishing.limits.models import Limit
from passgate.publishing.limits.repository import all_limits, services_of_subscriptions
from passgate.publishing.limits.schemas import LimitView
from passgate.storage.work import Work

_HOURLY = {"application": UsageHour.application_id, "team": UsageHour.team_id, "provider": UsageHour.provider_id}
_DAILY = ("user", "token")


def spent_of(work: Work, limits: Iterable[Limit | LimitView]) -> dict[str, SpentInWindow]:
    """Micro-dollars spent of each of these limits that is on money, by the limit's id."""
    groups: dict[tuple[str, LimitWindow], list[Limit | LimitView]] = defaultdict(list)
    of_plans: dict[LimitWindow, list[Limit | LimitView]] = defaultdict(list)
    for limit in limits:
        if limit.measure == "money" and limit.subscription_id is not None:
            of_plans[cast("LimitWindow", limit.window)].append(limit)
        elif limit.measure == "money":
            groups[limit.scope, cast("LimitWindow", limit.window)].append(limit)
    found = _spent_of_plans(work, of_plans)
    for (scope, window), members in groups.items():
        start = window_bounds(window, work.clock.now())[0]
        sums = _sums(work.session, scope, {limit.target for limit in members}, start)
        for limit in members:
            found[limit.id] = SpentInWindow(
                start=int(start.timestamp()), micro_dollars=max(0, sums.get(limit.target, 0))
            )
    return found


def _spent_of_plans(
    work: Work, by_window: Mapping[LimitWindow, Sequence[Limit | LimitView]]
) -> dict[str, SpentInWindow]:
    """Of budgets that plans made: what the application spent through the subscription's service."""
    members = [limit for limits in by_window.values() for limit in limits]
    services = services_of_subscriptions(work, (limit.subscription_id or "" for limit in members)) if members else {}
    found: dict[str, SpentInWindow] = {}
    for window, limits in by_window.items():
        start = window_bounds(window, work.clock.now())[0]
        query = select(
            ServiceUsageDay.application_id, ServiceUsageDay.service_id, func.sum(ServiceUsageDay.cost)
        ).where(ServiceUsageDay.day >= start, ServiceUsageDay.application_id.in_({limit.target for limit in limits}))
        grouped = query.group_by(ServiceUsageDay.application_id, ServiceUsageDay.service_id)
        sums = {(row[0], row[1]): int(row[2]) for row in work.session.execute(grouped)}
        for limit in limits:
            spent = sums.get((limit.target, services.get(limit.subscription_id or "", "")), 0)
            found[limit.id] = SpentInWindow(start=int(start.timestamp()), micro_dollars=max(0, spent))
    return found


def spent_sums(work: Work, nodes: int) -> SpentSums:
    """What a node's workers need to count on where their memory ends."""
    return SpentSums(
        as_of=work.clock.now(), nodes=nodes, limits=spent_of(work, all_limits(work)), tokens=_tokens_with_budgets(work)
    )


def _sums(session: Session, scope: str, targets: set[str], start: datetime) -> Mapping[str, int]:
    if scope == "model":
        return _of_models(session, targets, start)
    if scope in _DAILY:
        daily = select(SpendDay.target, func.sum(SpendDay.cost)).where(SpendDay.scope == scope, SpendDay.day >= start)
        return _pairs(session, daily.where(SpendDay.target.in_(targets)).group_by(SpendDay.target))
    column = _HOURLY[scope]
    hourly = select(column, func.sum(UsageHour.cost)).where(UsageHour.hour >= start, column.in_(targets))
    return _pairs(session, hourly.group_by(column))


def _of_models(session: Session, targets: set[str], start: datetime) -> Mapping[str, int]:
    """By the models' ids; the hourly sums know them by name, which no two have."""
    query = select(Model.id, func.sum(UsageHour.cost)).join(UsageHour, UsageHour.model == Model.name)
    return _pairs(session, query.where(Model.id.in_(targets), UsageHour.hour >= start).group_by(Model.id))


def _tokens_with_budgets(work: Work) -> dict[str, int]:
    """By jti, of live tokens with a budget of their own that have spent something: with all that came from them."""
    live: tuple[ColumnElement[bool], ...] = (Token.expires_at > work.clock.now(), Token.revoked_at.is_(None))
    roots = select(Token.jti.label("root"), Token.jti.label("jti")).where(Token.budget.is_not(None), *live)
    family = roots.cte("family", recursive=True)
    children = select(family.c.root, Token.jti).join(family, Token.parent_jti == family.c.jti)
    family = family.union_all(children)
    spent = select(family.c.root, func.sum(SpendDay.cost)).join(SpendDay, SpendDay.target == family.c.jti)
    return dict(_pairs(work.session, spent.where(SpendDay.scope == "token").group_by(family.c.root)))


def _pairs(session: Session, query: Select[str, int]) -> Mapping[str, int]:
    return {row[0]: int(row[1]) for row in session.execute(query)}  # PostgreSQL sums bigint to numeric
