from datetime import timedelta

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from passgate.contracts.gateway_snapshot import PlanRate
from passgate.kernel.actor import Actor
from passgate.kernel.errors import ForbiddenError, InvalidInputError, NotFoundError
from passgate.kernel.pagination import PageRequest
from passgate.publishing.limits.errors import PlansLimitError
from passgate.publishing.limits.models import Limit
from passgate.publishing.limits.published_state import limit_rules
from passgate.publishing.limits.service import delete_limit
from passgate.publishing.plans.errors import DefaultPlanTakenError, PlanInUseError
from passgate.publishing.plans.schemas import PlanChange, PlanIn, PlanView, Rate
from passgate.publishing.plans.service import (
    change_plan,
    create_plan,
    delete_plan,
    get_plan,
    list_plans,
    plans_of_service,
)
from passgate.publishing.published_state import active_subscriptions
from passgate.publishing.schemas import ServiceIn
from passgate.publishing.service.services import create_service
from passgate.publishing.subscriptions.service.deciding import suspend
from passgate.publishing.subscriptions.service.subscribing import subscribe
from passgate.storage.work import Storage

MINUTE = {"calls": 100, "window": "minute"}


@pytest.fixture
def service(storage: Storage, red: Actor) -> str:
    """A published service of the red team."""
    return made(storage, red, "/orders")


def made(storage: Storage, actor: Actor, path: str) -> str:
    given = ServiceIn(
        team_id="team_red", name="Orders", base_path=path, upstream_url="http://localhost:9000", publish=True
    )
    with storage.writing() as work:
        return create_service(actor, work, given).id


def planned(storage: Storage, actor: Actor, service: str, name: str = "Free", **more: object) -> PlanView:
    given = PlanIn.model_validate({"team_id": "team_red", "name": name, "service_ids": [service], **more})
    with storage.writing() as work:
        return create_plan(actor, work, given)


def rates(storage: Storage) -> list[tuple[PlanRate, ...]]:
    with storage.reading() as work:
        return [subscription.rates for subscription in active_subscriptions(work)]


def test_a_plan_s_rates_reach_the_gate_and_change_at_once(
    storage: Storage, red: Actor, blue: Actor, service: str
) -> None:
    plan = planned(storage, red, service, rates=[MINUTE])
    with storage.writing() as work:
        assert subscribe(blue, work, service, "app_blue", plan.id).plan_name == "Free"
    assert rates(storage) == [(PlanRate(calls=100, window="minute"),)]

    with storage.writing() as work:
        change = PlanChange(rates=[Rate(calls=5, window="second"), Rate(calls=900, window="day")])
        assert change_plan(red, work, plan.id, change).subscription_count == 1
        assert work.snapshot_changed
    assert rates(storage) == [(PlanRate(calls=5, window="second"), PlanRate(calls=900, window="day"))]


def test_a_budget_is_a_limit_on_the_application_that_only_the_plan_changes(
    storage: Storage, red: Actor, blue: Actor, service: str
) -> None:
    plan = planned(storage, red, service, budget=5_000_000, budget_window="month")
    with storage.writing() as work:
        subscription = subscribe(blue, work, service, "app_blue", plan.id)
    with storage.reading() as work:
        rule = limit_rules(work)[0]
    assert (rule.scope, rule.target, rule.measure, rule.window, rule.amount, rule.service_id) == (
        "application",
        "app_blue",
        "money",
        "month",
        5_000_000,
        service,
    )
    with storage.writing() as work, pytest.raises(PlansLimitError):
        delete_limit(blue, work, rule.id)
    with storage.writing() as work:
        change_plan(red, work, plan.id, PlanChange(budget=7, budget_window="day"))
    with storage.reading() as work:
        assert [(one.id, one.amount, one.window) for one in limit_rules(work)] == [(rule.id, 7, "day")]
    with storage.writing() as work:
        suspend(blue, work, subscription.id)
    with storage.reading() as work:
        assert work.session.scalars(select(Limit)).all() == []


def test_what_another_team_sees_of_plans(storage: Storage, red: Actor, blue: Actor, green: Actor, service: str) -> None:
    free = planned(storage, red, service, position=2)
    invited = planned(storage, red, service, "Partner", is_public=False, invited_team_ids=["team_blue"], position=1)
    planned(storage, red, service, "Old", is_open=False, position=3)

    with storage.reading() as work:
        assert [plan.name for plan in plans_of_service(red, work, service)] == ["Partner", "Free", "Old"]
        seen = plans_of_service(blue, work, service)
        assert [plan.id for plan in seen] == [invited.id, free.id]
        assert {(plan.invited_team_ids, plan.subscription_count, plan.created_by) for plan in seen} == {(None,) * 3}
        assert [plan.id for plan in plans_of_service(green, work, service)] == [free.id]
        assert list_plans(blue, work, PageRequest()).items == []
        with pytest.raises(NotFoundError):
            get_plan(blue, work, free.id)


def test_a_service_has_one_default_and_plans_stay_in_their_team(storage: Storage, red: Actor, service: str) -> None:
    planned(storage, red, service, is_default=True)
    other = planned(storage, red, service, "Paid")

    with storage.writing() as work, pytest.raises(DefaultPlanTakenError):
        change_plan(red, work, other.id, PlanChange(is_default=True))
    with pytest.raises(InvalidInputError) as refused:
        planned(storage, red, "svc_none", "Stray")
    assert refused.value.field == "service_ids"
    with pytest.raises(InvalidInputError):
        planned(storage, red, service, "Lost", invited_team_ids=["team_none"])


def test_a_plan_that_somebody_has_stays(storage: Storage, red: Actor, blue: Actor, service: str) -> None:
    plan = planned(storage, red, service)
    with storage.writing() as work:
        subscribe(blue, work, service, "app_blue", plan.id)

    with storage.writing() as work, pytest.raises(PlanInUseError):
        delete_plan(red, work, plan.id)
    with storage.writing() as work, pytest.raises(PlanInUseError):
        change_plan(red, work, plan.id, PlanChange(service_ids=[]))
    unused = planned(storage, red, service, "Unused")
    with storage.writing() as work:
        delete_plan(red, work, unused.id)
        with pytest.raises(NotFoundError):
            get_plan(red, work, unused.id)


def test_who_may_not(storage: Storage, red_viewer: Actor, red: Actor, blue: Actor, service: str) -> None:
    plan = planned(storage, red, service)
    with pytest.raises(ForbiddenError):
        planned(storage, red_viewer, service)
    with pytest.raises(NotFoundError):
        planned(storage, blue, service)
    with storage.writing() as work:
        with pytest.raises(ForbiddenError):
            change_plan(red_viewer, work, plan.id, PlanChange(name="Mine"))
        with pytest.raises(NotFoundError):
            delete_plan(blue, work, plan.id)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"rates": [MINUTE, MINUTE]}, "rates"),
        ({"rates": [{"calls": 0, "window": "minute"}]}, "rates"),
        ({"budget": 5}, ""),
        ({"budget_window": "day"}, ""),
        ({"lifetime_days": 0}, "lifetime_days"),
    ],
)
def test_what_no_plan_can_be(wrong: dict[str, object], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        PlanIn.model_validate({"team_id": "team_red", "name": "Free", **wrong})
    assert (str((*refused.value.errors()[0]["loc"], "")[0])) == field


def test_a_lifetime_ends_the_subscription(storage: Storage, red: Actor, blue: Actor, service: str) -> None:
    plan = planned(storage, red, service, lifetime_days=14)
    with storage.writing() as work:
        view = subscribe(blue, work, service, "app_blue", plan.id)
        assert view.expires_at == work.clock.now() + timedelta(days=14)
