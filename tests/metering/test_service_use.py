from datetime import timedelta

import pytest

from metering.conftest import Node, member
from metering.spool_lines import ai_call_line, call_line, usage_line
from moving_clock import MovingClock
from passgate.kernel.actor import Actor, ActorKind
from passgate.kernel.errors import ForbiddenError
from passgate.metering.service.service_use import use_of_services


def of(node: Node, actor: Actor, days: int = 30) -> list[tuple[str, str, int, int]]:
    with node.storage.reading() as work:
        return [
            (one.application_id, one.service_id, one.calls, one.errors) for one in use_of_services(actor, work, days)
        ]


@pytest.fixture
def busy(node: Node) -> Node:
    other = {"application_id": "app_b", "subject": "app_b"}
    node.write("usage-0.jsonl", usage_line(1))
    node.write(
        "access.jsonl",
        ai_call_line(1),
        call_line(2),
        call_line(3, status=404),
        call_line(4, **other),
        call_line(5, application_id=None, status=401),
    )
    node.drain()
    return node


def test_calls_stand_by_application_and_service(busy: Node, admin: Actor) -> None:
    assert of(busy, admin) == [("app_a", "svc_orders", 2, 1), ("app_b", "svc_orders", 1, 0)]


def test_a_member_sees_the_applications_of_their_teams_alone(busy: Node) -> None:
    assert of(busy, member("team_red")) == [("app_a", "svc_orders", 2, 1)]


def test_older_calls_are_left_out(busy: Node, admin: Actor) -> None:
    assert isinstance(busy.storage.clock, MovingClock)
    busy.storage.clock.advance(seconds=timedelta(days=31).total_seconds())

    assert of(busy, admin) == []
    assert len(of(busy, admin, days=60)) == 2


def test_who_may_read_no_calls_is_refused(busy: Node) -> None:
    with pytest.raises(ForbiddenError):
        of(busy, Actor(ActorKind.USER, "user_1", "Nobody", frozenset(), {}))
