"""What was made of subscriptions: calls, tokens, cost, and how full their plans' bounds are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from pydantic import BaseModel, Field
from sqlalchemy import func, select

from passgate.contracts.limits import LimitWindow, SpentInWindow, window_bounds
from passgate.contracts.service_policy import RateWindow
from passgate.kernel.actor import Actor
from passgate.kernel.pagination import Page, PageRequest
from passgate.kernel.permissions import Permission
from passgate.metering.budgets.spent import spent_of
from passgate.metering.models import Call, CallHour, ServiceUsageDay
from passgate.metering.service.service_use import DAYS
from passgate.publishing.limits.models import Limit
from passgate.publishing.limits.repository import limits_of_subscriptions
from passgate.publishing.plans.repository import plans_by_id
from passgate.publishing.plans.schemas import Rate
from passgate.publishing.subscriptions.schemas import SubscriptionFilter, SubscriptionView
from passgate.publishing.subscriptions.service.finding import list_subscriptions
from passgate.storage.work import Work

_FOREVER = 9999
_HOUR = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)
_Pair = tuple[str, str]
"""Application and service."""


class BudgetFill(BaseModel):
    """The plan's budget, and what is spent of it through this service."""

    amount: int = Field(description="Micro-dollars.")
    spent: int = Field(description="Micro-dollars, in the present window.")
    window: LimitWindow
    resets_at: datetime | None = Field(description="Null: never.")


class QuotaFill(BaseModel):
    """A rate of the plan, and the calls of its present window; those that were refused are among them."""

    calls: int
    window: RateWindow
    used: int | None = Field(description="Null: of a second, which is over before it can be told.")
    resets_at: datetime


class SubscriptionUse(BaseModel):
    """What an application made of a service."""

    subscription_id: str
    application_id: str
    service_id: str
    calls: int
    errors: int = Field(description="Answered with 400 or more, or not at all.")
    tokens_in: int
    tokens_out: int
    cost: int = Field(description="Micro-dollars.")
    budget: BudgetFill | None = Field(description="Null: there is none.")
    quotas: list[QuotaFill] = Field(description="The rates of the plan; empty: calls have no bound.")


def page_of_use(actor: Actor, work: Work, page: PageRequest, days: int = DAYS) -> Page[SubscriptionUse]:
    """Of the subscriptions of the actor's teams' applications, newest first.

    Args:
        actor: who asks.
        work: the unit of work.
        page: which part.
        days: how far back calls, tokens and cost go.

    Raises:
        ForbiddenError: without the permissions subscription:read and call:read anywhere.
    """
    actor.require_somewhere(Permission.CALL_READ)
    found = list_subscriptions(actor, work, page, SubscriptionFilter(side="application"))
    return Page(use_of_subscriptions(actor, work, found.items, days), found.next_cursor)


def use_of_subscriptions(
    actor: Actor, work: Work, subscriptions: Sequence[SubscriptionView], days: int = DAYS
) -> list[SubscriptionUse]:
    """Of these; nothing of those whose application's calls the actor may not read."""
    mine = [one for one in subscriptions if actor.may(Permission.CALL_READ, one.application_team_id)]
    if not mine:
        return []
    found = _Found(work, mine, work.clock.now() - timedelta(days=days))
    return [found.use(one) for one in mine]


@dataclass(frozen=True, slots=True)
class _Calls:
    calls: int = 0
    errors: int = 0


@dataclass(frozen=True, slots=True)
class _Used:
    tokens_in: int = 0
    tokens_out: int = 0
    cost: int = 0


class _Found:
    """The figures of some subscriptions, each kind asked for once."""

    def __init__(self, work: Work, subscriptions: Sequence[SubscriptionView], since: datetime) -> None:
        self._now = work.clock.now()
        applications = {one.application_id for one in subscriptions}
        self._calls = _calls(work, applications, since)
        self._used = _used(work, applications, since)
        plans = plans_by_id(work, {one.plan_id for one in subscriptions if one.plan_id is not None})
        self._rates = {plan.id: [Rate.model_validate(rate) for rate in plan.rates] for plan in plans}
        windows = {rate.window for rates in self._rates.values() for rate in rates} - {"second"}
        self._windows = {window: self._called(work, applications, window) for window in windows}
        limits = limits_of_subscriptions(work, [one.id for one in subscriptions])
        self._limits = {limit.subscription_id: limit for limit in limits}
        self._spent = spent_of(work, limits)

    def use(self, one: SubscriptionView) -> SubscriptionUse:
        """What is told of a subscription."""
        pair = (one.application_id, one.service_id)
        calls, used, limit = self._calls.get(pair, _Calls()), self._used.get(pair, _Used()), self._limits.get(one.id)
        return SubscriptionUse(
            subscription_id=one.id,
            application_id=one.application_id,
            service_id=one.service_id,
            calls=calls.calls,
            errors=calls.errors,
            tokens_in=used.tokens_in,
            tokens_out=used.tokens_out,
            cost=used.cost,
            budget=self._budget(limit, self._spent[limit.id]) if limit is not None else None,
            quotas=[self._quota(rate, pair) for rate in self._rates.get(one.plan_id or "", ())],
        )

    def _called(self, work: Work, applications: Iterable[str], window: RateWindow) -> dict[_Pair, int]:
        since = self._bounds(window)[0]
        if window == "minute":
            return _latest_calls(work, applications, since)
        return {pair: found.calls for pair, found in _calls(work, applications, since).items()}

    def _budget(self, limit: Limit, spent: SpentInWindow) -> BudgetFill:
        window = cast("LimitWindow", limit.window)
        end = window_bounds(window, self._now)[1]
        resets_at = None if end.year == _FOREVER else end
        return BudgetFill(amount=limit.amount, spent=spent.micro_dollars, window=window, resets_at=resets_at)

    def _quota(self, rate: Rate, pair: _Pair) -> QuotaFill:
        used = None if rate.window == "second" else self._windows[rate.window].get(pair, 0)
        return QuotaFill(calls=rate.calls, window=rate.window, used=used, resets_at=self._bounds(rate.window)[1])

    def _bounds(self, window: RateWindow) -> tuple[datetime, datetime]:
        if window == "second":
            start = self._now.replace(microsecond=0)
            return start, start + timedelta(seconds=1)
        if window == "minute":
            start = self._now.replace(second=0, microsecond=0)
            return start, start + _MINUTE
        if window == "hour":
            start = self._now.replace(minute=0, second=0, microsecond=0)
            return start, start + _HOUR
        return window_bounds("day" if window == "day" else "month", self._now)


def _calls(work: Work, applications: Iterable[str], since: datetime) -> dict[_Pair, _Calls]:
    query = (
        select(CallHour.application_id, CallHour.service_id, func.sum(CallHour.calls), func.sum(CallHour.errors))
        .where(CallHour.hour >= since, CallHour.application_id.in_(sorted(applications)), CallHour.service_id != "")
        .group_by(CallHour.application_id, CallHour.service_id)
    )
    return {(row[0], row[1]): _Calls(int(row[2]), int(row[3])) for row in work.session.execute(query)}


def _latest_calls(work: Work, applications: Iterable[str], since: datetime) -> dict[_Pair, int]:
    """By the calls themselves: the sums are of hours."""
    query = (
        select(Call.application_id, Call.service_id, func.count())
        .where(Call.application_id.in_(sorted(applications)), Call.started_at >= since, Call.service_id.is_not(None))
        .group_by(Call.application_id, Call.service_id)
    )
    return {(str(row[0]), str(row[1])): int(row[2]) for row in work.session.execute(query)}


def _used(work: Work, applications: Iterable[str], since: datetime) -> dict[_Pair, _Used]:
    table = ServiceUsageDay
    query = (
        select(
            table.application_id,
            table.service_id,
            func.sum(table.tokens_in),
            func.sum(table.tokens_out),
            func.sum(table.cost),
        )
        .where(table.day >= since, table.application_id.in_(sorted(applications)))
        .group_by(table.application_id, table.service_id)
    )
    return {(row[0], row[1]): _Used(int(row[2]), int(row[3]), int(row[4])) for row in work.session.execute(query)}
