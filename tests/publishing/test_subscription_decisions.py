from dataclasses import replace
from datetime import timedelta

import pytest

from moving_clock import MovingClock
from passgate.kernel.actor import Actor
from passgate.kernel.errors import ForbiddenError, InvalidInputError, NotFoundError
from passgate.kernel.pagination import PageRequest
from passgate.publishing.notices.service import count_unread, list_notices, put_away
from passgate.publishing.plans.errors import PlanNeededError
from passgate.publishing.plans.schemas import PlanIn
from passgate.publishing.plans.service import create_plan
from passgate.publishing.published_state import active_subscriptions, withheld_subscriptions
from passgate.publishing.schemas import ServiceIn
from passgate.publishing.service.lifecycle import retire_service
from passgate.publishing.service.services import create_service
from passgate.publishing.subscriptions.errors import (
    AlreadySubscribedError,
    PlanUnavailableError,
    ReasonNeededError,
    SubscriptionStatusError,
)
from passgate.publishing.subscriptions.schemas import SubscriptionFilter, SubscriptionView
from passgate.publishing.subscriptions.service import deciding
from passgate.publishing.subscriptions.service.finding import list_subscriptions
from passgate.publishing.subscriptions.service.subscribing import change_plan, subscribe
from passgate.storage.work import Storage


@pytest.fixture
def service(storage: Storage, red: Actor) -> str:
    """A published service of the red team."""
    given = ServiceIn(
        team_id="team_red", name="Orders", base_path="/orders", upstream_url="http://localhost:9000", publish=True
    )
    with storage.writing() as work:
        return create_service(red, work, given).id


def planned(storage: Storage, actor: Actor, service: str, name: str, **more: object) -> str:
    given = PlanIn.model_validate({"team_id": "team_red", "name": name, "service_ids": [service], **more})
    with storage.writing() as work:
        return create_plan(actor, work, given).id


@pytest.fixture
def paid(storage: Storage, red: Actor, service: str) -> str:
    """A plan that needs approval."""
    return planned(storage, red, service, "Paid", needs_approval=True)


def asked(storage: Storage, actor: Actor, service: str, plan: str | None) -> SubscriptionView:
    with storage.writing() as work:
        return subscribe(actor, work, service, "app_blue", plan, "For the checkout.")


def withheld(storage: Storage) -> list[tuple[str, str]]:
    with storage.reading() as work:
        found = withheld_subscriptions(work, active_subscriptions(work))
    return [(one.application_id, one.state) for one in found]


def live(storage: Storage) -> list[str]:
    with storage.reading() as work:
        return [pair.application_id for pair in active_subscriptions(work)]


def told(storage: Storage, actor: Actor) -> list[tuple[str, str]]:
    with storage.reading() as work:
        return [(notice.kind, notice.text) for notice in list_notices(actor, work, PageRequest()).items]


def test_a_request_waits_for_the_service_s_team(
    storage: Storage, red: Actor, blue: Actor, service: str, paid: str
) -> None:
    view = asked(storage, blue, service, paid)

    assert (view.status, view.plan_name, view.note) == ("requested", "Paid", "For the checkout.")
    assert live(storage) == []
    assert told(storage, red) == [
        ("subscription.requested", "app_blue (team_blue) asks for Orders under the plan Paid: For the checkout.")
    ]
    with pytest.raises(AlreadySubscribedError):
        asked(storage, blue, service, paid)
    with storage.reading() as work:
        waiting = list_subscriptions(red, work, PageRequest(), SubscriptionFilter(side="service", undecided=True))
        assert [one.id for one in waiting.items] == [view.id]
    with storage.writing() as work:
        agreed = deciding.approve(red, work, view.id, "Welcome.")
        assert work.snapshot_changed
    assert (agreed.status, agreed.reason, agreed.decided_by) == ("active", "Welcome.", red.id)
    assert live(storage) == ["app_blue"]
    assert told(storage, blue) == [("subscription.approved", "app_blue may call Orders now: Welcome.")]
    with storage.reading() as work:
        assert count_unread(red, work) == 0  # what was asked is decided
    with storage.writing() as work, pytest.raises(SubscriptionStatusError):
        deciding.approve(red, work, view.id)


def test_a_rejection_says_why_and_does_not_bar_another_try(
    storage: Storage, red: Actor, blue: Actor, service: str, paid: str
) -> None:
    view = asked(storage, blue, service, paid)
    with storage.writing() as work, pytest.raises(ReasonNeededError):
        deciding.reject(red, work, view.id, "")
    with storage.writing() as work, pytest.raises(ForbiddenError):
        deciding.approve(blue, work, view.id)

    with storage.writing() as work:
        assert deciding.reject(red, work, view.id, "Not yet.").status == "rejected"

    assert (live(storage), told(storage, blue)[0][0]) == ([], "subscription.rejected")
    assert asked(storage, blue, service, paid).status == "requested"


def test_the_gate_learns_the_last_word_on_what_is_not_in_force(
    storage: Storage, clock: MovingClock, red: Actor, blue: Actor, service: str, paid: str
) -> None:
    assert withheld(storage) == []
    first = asked(storage, blue, service, paid)
    assert withheld(storage) == [("app_blue", "requested")]
    with storage.writing() as work:
        deciding.reject(red, work, first.id, "Not yet.")
    assert withheld(storage) == [("app_blue", "rejected")]
    clock.advance(seconds=1)
    second = asked(storage, blue, service, paid)
    assert withheld(storage) == [("app_blue", "requested")]
    with storage.writing() as work:
        deciding.approve(red, work, second.id)
    assert (live(storage), withheld(storage)) == (["app_blue"], [])
    for step, state in ((deciding.suspend, "suspended"), (deciding.unsubscribe, "ended")):
        with storage.writing() as work:
            step(red, work, second.id, "An audit.")
        assert (live(storage), withheld(storage)) == ([], [("app_blue", state)])
    with storage.writing() as work:
        retire_service(red, work, service)
    assert withheld(storage) == []


def test_who_decides_for_the_service_needs_nobody_s_consent(
    storage: Storage, red: Actor, service: str, paid: str
) -> None:
    with storage.writing() as work:
        assert subscribe(red, work, service, "app_red", paid).status == "active"


@pytest.mark.parametrize(("side", "other"), [("red", "blue"), ("blue", "red")])
def test_the_side_that_suspends_resumes(
    storage: Storage, request: pytest.FixtureRequest, blue: Actor, service: str, side: str, other: str
) -> None:
    actor, opposite = request.getfixturevalue(side), request.getfixturevalue(other)
    view = asked(storage, blue, service, None)
    with storage.writing() as work:
        held = deciding.suspend(actor, work, view.id, "An audit.")
        assert work.snapshot_changed
    assert (held.status, live(storage)) == ("suspended", [])
    with storage.writing() as work:
        with pytest.raises(ForbiddenError):
            deciding.resume(opposite, work, view.id)
        assert deciding.resume(actor, work, view.id).held_by is None
    assert live(storage) == ["app_blue"]
    assert [kind for kind, _ in told(storage, opposite)][:2] == ["subscription.resumed", "subscription.suspended"]


def test_plans_are_named_unless_one_is_the_default(storage: Storage, red: Actor, blue: Actor, service: str) -> None:
    planned(storage, red, service, "Paid", is_public=False)
    with pytest.raises(PlanNeededError):
        asked(storage, blue, service, None)
    free = planned(storage, red, service, "Free", is_default=True)
    closed = planned(storage, red, service, "Old", is_open=False)
    with pytest.raises(PlanUnavailableError):
        asked(storage, blue, service, closed)
    assert asked(storage, blue, service, None).plan_id == free


def test_a_change_of_plan_is_at_once_or_by_approval(
    storage: Storage, red: Actor, blue: Actor, service: str, paid: str
) -> None:
    free = planned(storage, red, service, "Free")
    view = asked(storage, blue, service, free)
    with storage.writing() as work:
        wish = change_plan(blue, work, view.id, paid, "We grow.")
    assert (wish.status, wish.plan_id, wish.wanted_plan_name) == ("active", free, "Paid")
    with storage.writing() as work:
        declined = deciding.reject(red, work, view.id, "No contract.")
    assert (declined.status, declined.plan_id, declined.wanted_plan_id) == ("active", free, None)
    with storage.writing() as work:
        change_plan(blue, work, view.id, paid)
        agreed = deciding.approve(red, work, view.id)
    assert (agreed.plan_id, agreed.wanted_plan_id) == (paid, None)
    with storage.writing() as work:
        assert change_plan(blue, work, view.id, free).plan_id == free


def test_an_end_comes_by_itself(storage: Storage, red: Actor, blue: Actor, service: str) -> None:
    clock = MovingClock(storage.clock.now())
    later = replace(storage, clock=clock)
    view = asked(later, blue, service, None)
    with later.writing() as work:
        with pytest.raises(InvalidInputError):
            deciding.set_expiry(red, work, view.id, clock.now())
        with pytest.raises(ForbiddenError):
            deciding.set_expiry(blue, work, view.id, None)
        deciding.set_expiry(red, work, view.id, clock.now() + timedelta(hours=1))
    with later.writing() as work:
        assert deciding.end_due(work) == []
    clock.advance(hours=1)
    with later.writing() as work:
        assert deciding.any_due(work)
        assert deciding.end_due(work) == [view.id]
        assert work.snapshot_changed
    assert live(later) == []
    assert {told(later, red)[0][0], told(later, blue)[0][0]} == {"subscription.expired"}


def test_notices_are_the_team_s_own(
    storage: Storage, red: Actor, red_viewer: Actor, blue: Actor, service: str, paid: str
) -> None:
    asked(storage, blue, service, paid)
    with storage.writing() as work:
        notice = list_notices(red, work, PageRequest()).items[0]
        assert (count_unread(red, work), count_unread(blue, work)) == (1, 0)
        with pytest.raises(NotFoundError):
            put_away(blue, work, notice.id)
        with pytest.raises(ForbiddenError):
            put_away(red_viewer, work, notice.id)
        assert put_away(red, work, notice.id).read_at == work.clock.now()
        assert list_notices(red, work, PageRequest(), unread=True).items == []
