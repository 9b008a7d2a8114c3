"""What was made of subscriptions; two services under plans of one team, one application."""

from datetime import timedelta

import pytest

from metering.conftest import Node, member
from metering.spool_lines import ai_call_line, call_line, usage_line
from passgate.kernel.actor import SYSTEM, Actor, ActorKind
from passgate.kernel.errors import ForbiddenError
from passgate.kernel.pagination import PageRequest
from passgate.kernel.permissions import Permission
from passgate.metering.budgets.spent import spent_sums
from passgate.metering.ledger.repricing import reprice
from passgate.metering.ledger.schemas import RepricingIn
from passgate.metering.service.subscription_use import BudgetFill, SubscriptionUse, page_of_use
from passgate.publishing.limits.models import Limit
from passgate.publishing.models import Service
from passgate.publishing.plans.schemas import PlanIn
from passgate.publishing.plans.service import create_plan
from passgate.publishing.subscriptions.service.subscribing import subscribe

_RATES = {"second": 2, "minute": 5, "day": 10}


@pytest.fixture
def used(node: Node) -> Node:
    """Application A subscribes to two services, and calls both, and models as such."""
    with node.storage.writing() as work:
        orders = work.session.get_one(Service, "svc_orders")
        columns = {column.key: getattr(orders, column.key) for column in Service.__table__.columns}
        work.session.add(Service(**{**columns, "id": "svc_mood", "name": "Mood", "base_path": "/mood"}))
        work.session.flush()
        for service_id in ("svc_orders", "svc_mood"):
            given = {
                "team_id": "team_blue",
                "name": service_id,
                "service_ids": [service_id],
                "budget": 1000,
                "budget_window": "month",
                "rates": [{"calls": calls, "window": window} for window, calls in _RATES.items()],
            }
            plan = create_plan(SYSTEM, work, PlanIn.model_validate(given))
            subscribe(SYSTEM, work, service_id, "app_a", plan.id)
    mood = {"service_id": "svc_mood"}
    node.write("access.jsonl", ai_call_line(1), call_line(2, **mood), call_line(3, **mood, status=502), call_line(4))
    costs = {"cost_micro_dollars": 400}
    node.write("usage-0.jsonl", usage_line(1, cost_micro_dollars=900), usage_line(2, **mood, **costs))
    node.write("usage-0.jsonl", usage_line(3, **mood, **costs))
    node.drain()
    return node


def of(node: Node, actor: Actor) -> dict[str, SubscriptionUse]:
    with node.storage.reading() as work:
        return {one.service_id: one for one in page_of_use(actor, work, PageRequest()).items}


def test_a_budget_is_spent_through_its_own_service_alone(used: Node, admin: Actor) -> None:
    found = of(used, admin)
    mood, orders = found["svc_mood"], found["svc_orders"]
    assert (mood.calls, mood.errors, mood.tokens_in, mood.tokens_out, mood.cost) == (2, 1, 200, 40, 800)
    assert (orders.calls, orders.errors, orders.tokens_in, orders.cost) == (1, 0, 0, 0)
    assert isinstance(mood.budget, BudgetFill)
    assert isinstance(orders.budget, BudgetFill)
    assert (mood.budget.spent, mood.budget.amount, mood.budget.window) == (800, 1000, "month")
    assert orders.budget.spent == 0, "neither the other service's spending nor that of /v1"
    fills = [(one.used, one.calls, one.window) for one in mood.quotas]
    assert fills == [(None, 2, "second"), (0, 5, "minute"), (2, 10, "day")]
    with used.storage.reading() as work:
        limits = {limit.name.partition(":")[0]: limit.id for limit in work.session.query(Limit)}
        told = spent_sums(work, 1).limits
    assert (told[limits["Mood"]].micro_dollars, told[limits["Orders"]].micro_dollars) == (800, 0)


def test_a_minute_is_told_by_its_calls(used: Node, admin: Actor) -> None:
    now = used.storage.clock.now()
    for number, seconds in ((5, 0), (6, -60)):
        start = (now.replace(second=1) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        used.write("access.jsonl", call_line(number, service_id="svc_mood", start=start))
    used.drain()
    by_minute = [one for one in of(used, admin)["svc_mood"].quotas if one.window == "minute"]
    assert [(one.used, one.resets_at) for one in by_minute] == [(1, now.replace(second=0) + timedelta(minutes=1))]


def test_a_price_that_was_wrong_is_corrected_here_too(used: Node, admin: Actor) -> None:
    with used.storage.writing() as work:
        now = work.clock.now()
        given = {
            "since": now.replace(year=now.year - 1),
            "until": now.replace(year=now.year + 1),
            "model": "gpt-5-mini",
        }
        price = {"input": "0", "output": "0"}
        reprice(admin, work, RepricingIn.model_validate({**given, "price": price, "reason": "Free of charge."}))
    assert of(used, admin)["svc_mood"].cost == 0


def test_the_subscribers_team_alone_reads_it(used: Node) -> None:
    assert set(of(used, member("team_red"))) == {"svc_mood", "svc_orders"}
    assert of(used, member("team_blue")) == {}
    only_calls = Actor(ActorKind.USER, "user_1", "Nobody", frozenset({Permission.CALL_READ}), {})
    for actor in (Actor(ActorKind.USER, "user_1", "Nobody", frozenset(), {}), only_calls):
        with pytest.raises(ForbiddenError):
            of(used, actor)
