from datetime import datetime, timedelta
from typing import Any

import pytest

from metering.conftest import Node, member
from metering.spool_lines import START, ai_call_line, call_line, usage_line
from passgate.kernel.actor import Actor, ActorKind
from passgate.kernel.errors import ForbiddenError, InvalidInputError
from passgate.metering.schemas import Bucket, Summary
from passgate.metering.service.retention import delete_before
from passgate.metering.service.summary import summary

HOUR = timedelta(hours=1)
AN_HOUR = 360_000
"""Calls that the spool lines make in an hour."""


def of(node: Node, actor: Actor, since: datetime, until: datetime, bucket: Bucket = "hour") -> Summary:
    with node.storage.reading() as work:
        return summary(actor, work, since, until, bucket)


@pytest.fixture
def busy(node: Node) -> Node:
    """Two hours: AI calls of red in the first, REST calls of both in the second."""
    second: dict[str, Any] = {"application_id": "app_b", "subject": "app_b"}
    node.write("usage-0.jsonl", usage_line(1), usage_line(2, model="claude", status=502, outcome="error"))
    node.write(
        "access.jsonl",
        ai_call_line(1, duration_ms=100),
        ai_call_line(2, duration_ms=300, status=502),
        call_line(AN_HOUR, duration_ms=10),
        call_line(AN_HOUR + 1, duration_ms=30, **second),
        call_line(AN_HOUR + 2, duration_ms=30, status=0, **second),
        call_line(AN_HOUR + 3, duration_ms=30, application_id=None, status=401),
    )
    node.drain()
    return node


def test_totals_series_and_leaders(busy: Node, admin: Actor) -> None:
    found = of(busy, admin, START - HOUR, START + 2 * HOUR)

    assert found.totals.model_dump() == {
        "calls": 6,
        "errors": 3,
        "tokens_in": 200,
        "tokens_out": 40,
        "cost_micro_dollars": 130,
        "average_latency_ms": 83.3,
    }
    assert [(point.start - START, point.calls, point.errors, point.tokens_in) for point in found.series] == [
        (-HOUR, 0, 0, 0),
        (0 * HOUR, 2, 1, 200),
        (HOUR, 4, 2, 0),
    ]
    assert [point.average_latency_ms for point in found.series] == [None, 200.0, 25.0]
    apps = [(one.id, one.name, one.calls, one.cost_micro_dollars) for one in found.top_applications]
    assert apps == [("app_a", "App A", 3, 130), ("app_b", "App B", 2, 0)]
    assert [(one.name, one.calls, one.errors) for one in found.top_services] == [("Orders", 4, 2)]
    assert [(one.id, one.calls, one.errors, one.cost_micro_dollars) for one in found.top_models] == [
        ("claude", 1, 1, 65),
        ("gpt-5-mini", 1, 0, 65),
    ]


def test_a_team_sees_its_own(busy: Node) -> None:
    red = of(busy, member("team_red"), START, START + 2 * HOUR)
    blue = of(busy, member("team_blue"), START, START + 2 * HOUR)

    assert (red.totals.calls, red.totals.cost_micro_dollars) == (3, 130)
    assert (blue.totals.calls, blue.totals.cost_micro_dollars, blue.top_models) == (3, 0, ())
    assert [one.id for one in blue.top_applications] == ["app_b"]


def test_days_and_moments_within_a_bucket(busy: Node, admin: Actor) -> None:
    found = of(busy, admin, START + timedelta(minutes=5), START + timedelta(minutes=6), "day")
    assert [(point.start.hour, point.calls) for point in found.series] == [(0, 6)]
    assert found.until - found.since == timedelta(days=1)

    assert of(busy, admin, START + timedelta(minutes=59), START + HOUR).totals.calls == 2


def test_the_sums_outlive_the_calls(busy: Node, admin: Actor) -> None:
    with busy.storage.writing() as work:
        assert delete_before(work, START + timedelta(days=1), 2) == 4
        assert delete_before(work, START + timedelta(days=1)) == 4
        assert delete_before(work, START + timedelta(days=1)) == 0

    assert of(busy, admin, START, START + 2 * HOUR).totals.calls == 6


def test_what_is_young_enough_stays(busy: Node) -> None:
    with busy.storage.writing() as work:
        assert delete_before(work, START + HOUR) == 4
        assert delete_before(work, START + HOUR) == 0


@pytest.mark.parametrize(
    ("since", "until", "field"),
    [
        (START, START, "until"),
        (START, START - HOUR, "until"),
        (START - timedelta(days=60), START, "since"),
        (START.replace(tzinfo=None), START, "since"),
        (START, START.replace(tzinfo=None), "until"),
    ],
)
def test_a_stretch_that_makes_no_chart_is_refused(
    node: Node, admin: Actor, since: datetime, until: datetime, field: str
) -> None:
    with pytest.raises(InvalidInputError) as refused:
        of(node, admin, since, until)
    assert refused.value.field == field


def test_who_may_read_calls_nowhere_sees_no_summary(node: Node) -> None:
    with pytest.raises(ForbiddenError):
        of(node, Actor(ActorKind.USER, "user_2", "No"), START, START + HOUR)
