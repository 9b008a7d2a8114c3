"""A plan's lifetime is a team's once, unless the service's team decides otherwise."""

from dataclasses import replace
from datetime import timedelta

import pytest

from moving_clock import MovingClock
from passgate.kernel.actor import Actor
from passgate.publishing.subscriptions.errors import PlanOverError
from passgate.publishing.subscriptions.schemas import SubscriptionView
from passgate.publishing.subscriptions.service.deciding import unsubscribe
from passgate.publishing.subscriptions.service.subscribing import change_plan, subscribe
from passgate.storage.work import Storage
from publishing.test_plans import made, planned


def test_subscribing_anew_does_not_begin_a_lifetime_anew(
    storage: Storage, red: Actor, blue: Actor, clock: MovingClock
) -> None:
    service = made(storage, red, "/orders")
    plan, other = planned(storage, red, service, "Trial", lifetime_days=14), planned(storage, red, service, "Other")

    def again(application: str = "app_blue") -> SubscriptionView:
        with storage.writing() as work:
            return subscribe(blue, work, service, application, plan.id)

    def leave(view: SubscriptionView) -> None:
        with storage.writing() as work:
            unsubscribe(blue, work, view.id)

    first = again()
    clock.advance(days=10)
    leave(first)
    second = again()
    assert second.expires_at == first.expires_at
    with storage.writing() as work:
        change_plan(blue, work, second.id, other.id)
        assert change_plan(blue, work, second.id, plan.id).expires_at == first.expires_at
    leave(second)
    clock.advance(days=5)
    with pytest.raises(PlanOverError):
        again()
    # The service's team decides otherwise: its word begins a lifetime anew.
    with storage.writing() as work:
        both = replace(red, by_team=red.by_team | blue.by_team)
        assert subscribe(both, work, service, "app_blue", plan.id).expires_at == clock.now() + timedelta(days=14)
