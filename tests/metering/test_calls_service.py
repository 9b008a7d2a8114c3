import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from metering.conftest import Node, member
from metering.spool_lines import ai_call_line, call_line, moment, request_id, usage_line
from passgate.kernel.actor import Actor, ActorKind
from passgate.kernel.errors import ForbiddenError, InvalidInputError, NotFoundError
from passgate.kernel.pagination import PageRequest
from passgate.kernel.permissions import Permission
from passgate.metering.repository import calls as stored
from passgate.metering.schemas import CallFilter, CallView
from passgate.metering.service.calls import get_call, list_calls

RED, BLUE = member("team_red"), member("team_blue")


def blue(number: int, **fields: Any) -> bytes:
    return call_line(number, application_id="app_b", subject="app_b", jti="tok_b", **fields)


def found(node: Node, actor: Actor, limit: int = 50, after: str | None = None, **wanted: Any) -> list[CallView]:
    with node.storage.reading() as work:
        return list(list_calls(actor, work, CallFilter(**wanted), PageRequest(limit, after)).items)


def numbers(node: Node, actor: Actor, **wanted: Any) -> list[int]:
    """The calls found, by their number in the spool."""
    known = {request_id(number): number for number in range(500)}
    return [known[call.request_id] for call in found(node, actor, **wanted)]


def all_pages(node: Node, actor: Actor, limit: int, **wanted: Any) -> list[str]:
    requests: list[str] = []
    cursor: str | None = None
    while True:
        with node.storage.reading() as work:
            page = list_calls(actor, work, CallFilter(**wanted), PageRequest(limit, cursor))
        requests += [call.request_id for call in page.items]
        if page.next_cursor is None:
            return requests
        assert page.next_cursor != cursor
        cursor = page.next_cursor


def test_a_call_comes_with_names_and_usage(node: Node, admin: Actor) -> None:
    node.write("usage-0.jsonl", usage_line(2))
    node.write("access.jsonl", call_line(1), ai_call_line(2))
    node.drain()

    ai, rest = found(node, admin)

    assert (rest.application_name, rest.service_name, rest.team_id, rest.usage) == ("App A", "Orders", "team_red", None)
    assert (ai.kind, ai.model, ai.application_name, ai.service_name) == ("ai", "gpt-5-mini", "App A", None)
    assert ai.usage is not None
    assert (ai.usage.tokens_in, ai.usage.cost_micro_dollars, ai.usage.dropped) == (100, 65, ("logit_bias",))
    assert ai.usage.provider_name is None  # no such provider (any more)
    assert ai.started_at == moment(2)


def test_a_kept_answer_is_told_of_services_and_of_models(node: Node, admin: Actor) -> None:
    node.write("usage-0.jsonl", usage_line(3, cached=True))
    kept = {"route": "kept|ver_1|rev_1|"}
    calls = (call_line(1, **kept, details="h/via_upstream"), call_line(2, **kept, details="m/via_upstream"))
    node.write("access.jsonl", *calls, ai_call_line(3, details="h/via_upstream"), ai_call_line(4))
    node.drain()
    assert [(call.kind, call.cached) for call in reversed(found(node, admin))] == [
        ("rest", True),
        ("rest", False),
        ("ai", True),
        ("ai", False),
    ]


def test_newest_first_across_teams_and_whatever_the_order_of_arrival(node: Node, admin: Actor) -> None:
    node.write("access.jsonl", call_line(5), blue(1), call_line(3), blue(4), call_line(2))
    node.drain()

    assert numbers(node, admin) == [5, 4, 3, 2, 1]
    assert numbers(node, member("team_red", "team_blue")) == [5, 4, 3, 2, 1]
    assert numbers(node, RED) == [5, 3, 2]
    assert numbers(node, BLUE) == [4, 1]


@pytest.mark.parametrize("wanted", [{}, {"status_class": "2xx"}, {"kind": "rest", "text": "orders"}])
def test_pages_hold_every_call_once(node: Node, admin: Actor, wanted: dict[str, Any]) -> None:
    same_moment = [call_line(number, start="2026-03-14T09:00:00.000000Z") for number in range(10)]
    node.write("access.jsonl", *same_moment, *map(blue, range(10, 23)))
    node.drain()

    for actor in (admin, member("team_red", "team_blue")):
        paged = all_pages(node, actor, 4, **wanted)
        assert len(paged) == 23
        assert set(paged) == {request_id(number) for number in range(23)}
    assert len(all_pages(node, BLUE, 4, **wanted)) == 13


def test_filters(node: Node, admin: Actor) -> None:
    node.write("usage-0.jsonl", usage_line(1), usage_line(2, model="claude-sonnet-4-5"))
    node.write(
        "access.jsonl",
        ai_call_line(1),
        ai_call_line(2),
        call_line(3, status=503, details="no_healthy_upstream"),
        blue(4, status=404, path="/orders/100%_X"),
        call_line(5, status=0, details="downstream_remote_disconnect", service_id="svc_other"),
    )
    node.drain()

    assert numbers(node, admin, model="gpt-5-mini") == [1]
    assert numbers(node, RED, model="claude-sonnet-4-5") == [2]
    assert numbers(node, admin, application_id="app_b") == [4]
    assert numbers(node, admin, service_id="svc_orders") == [4, 3]
    assert numbers(node, RED, service_id="svc_orders") == [3]
    assert numbers(node, admin, application_id="app_a", service_id="svc_other") == [5]
    assert numbers(node, admin, kind="ai") == [2, 1]
    assert numbers(node, admin, status_class="error") == [5, 4, 3]
    assert numbers(node, admin, status_class="5xx") == [3]
    assert numbers(node, admin, status_class="2xx") == [2, 1]
    assert numbers(node, admin, since=moment(2), until=moment(4)) == [3, 2]
    assert numbers(node, admin, text="0%_x") == [4]
    assert numbers(node, admin, text="no_such") == []
    assert numbers(node, admin, text="UPSTREAM_UNREACHABLE") == [3]
    assert numbers(node, admin, text=request_id(2).upper()) == [2]
    assert numbers(node, BLUE, text=request_id(2)) == []
    assert numbers(node, admin, text=request_id(2), kind="rest") == []


def test_another_team_s_application_shows_nothing(node: Node) -> None:
    node.write("access.jsonl", *map(blue, range(5)))
    node.drain()

    assert numbers(node, RED, application_id="app_b") == []
    assert numbers(node, RED, application_id="app_gone") == []


def test_a_search_stops_and_can_go_on(node: Node, admin: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored, "FIRST_LOOK", 4)
    monkeypatch.setattr(stored, "SCAN", 10)
    node.write("access.jsonl", call_line(0, status=500), *map(call_line, range(1, 35)))
    node.drain()

    assert numbers(node, admin, status_class="5xx") == []  # not among the newest ten
    assert all_pages(node, admin, 5, status_class="5xx") == [request_id(0)]
    assert len(all_pages(node, admin, 3, status_class="2xx")) == 34


def test_a_cursor_whose_call_was_deleted_ends_the_list(node: Node, admin: Actor) -> None:
    node.write("access.jsonl", call_line(1))
    node.drain()

    assert found(node, admin, after="999") == []


@pytest.mark.parametrize("cursor", ["", "x", "-1", "1.5", "9" * 30, "٣"])
def test_a_cursor_of_another_form_is_refused(node: Node, admin: Actor, cursor: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        found(node, admin, after=cursor)
    assert refused.value.field == "after"


@pytest.mark.parametrize("field", ["since", "until"])
def test_a_moment_needs_a_zone(node: Node, admin: Actor, field: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        found(node, admin, **{field: datetime(2026, 3, 14, tzinfo=UTC).replace(tzinfo=None)})
    assert refused.value.field == field


def test_who_may_read_a_call(node: Node, admin: Actor) -> None:
    node.write("access.jsonl", blue(1), call_line(2, application_id=None, service_id=None))
    node.drain()
    teamless, of_blue = found(node, admin)

    def read(actor: Actor, call: CallView) -> CallView:
        with node.storage.reading() as work:
            return get_call(actor, work, call.id)

    assert read(admin, teamless) == teamless
    assert read(BLUE, of_blue) == of_blue
    with pytest.raises(NotFoundError):
        read(RED, of_blue)
    with pytest.raises(NotFoundError):
        read(BLUE, teamless)
    with pytest.raises(ForbiddenError):
        read(Actor(ActorKind.USER, "user_2", "No", by_team={"team_blue": frozenset({Permission.TEAM_READ})}), of_blue)
    with pytest.raises(ForbiddenError):
        found(node, Actor(ActorKind.USER, "user_2", "No"))
    with pytest.raises(NotFoundError), node.storage.reading() as work:
        get_call(admin, work, 2**63)


LISTS: list[tuple[Actor, dict[str, Any], str]] = [
    (Actor(ActorKind.USER, "user_admin", "Ada", everywhere=frozenset(Permission)), {}, "ix_calls_started_at"),
    (RED, {}, "ix_calls_team_id"),
    (RED, {"kind": "ai"}, "ix_calls_team_id"),
    (member("team_red", "team_blue"), {"status_class": "5xx"}, "ix_calls_team_id"),
    (RED, {"application_id": "app_a"}, "ix_calls_application_id"),
    (Actor(ActorKind.USER, "u", "Ada", everywhere=frozenset(Permission)), {"model": "m"}, "ix_calls_model"),
    (Actor(ActorKind.USER, "u", "Ada", everywhere=frozenset(Permission)), {"service_id": "s"}, "ix_calls_service_id"),
    (RED, {"text": request_id(1)}, "ix_calls_request_id"),
]


@pytest.mark.parametrize(("actor", "wanted", "index"), LISTS)
def test_every_list_walks_an_index(
    node: Node, monkeypatch: pytest.MonkeyPatch, actor: Actor, wanted: dict[str, Any], index: str
) -> None:
    monkeypatch.setattr(stored, "FIRST_LOOK", 30)
    monkeypatch.setattr(stored, "SCAN", 50)  # as small beside this table as 20,000 beside a large one
    lines = [call_line(number) if number % 100 == 0 else blue(number) for number in range(3_000)]
    node.write("access.jsonl", *lines)
    node.drain()
    plans: list[str] = []
    postgresql = node.storage.engine.dialect.name == "postgresql"
    prefix = "EXPLAIN (FORMAT JSON) " if postgresql else "EXPLAIN QUERY PLAN "

    def explain(connection: Any, _cursor: object, statement: str, parameters: Any, *_rest: object) -> None:
        if "FROM calls" in statement and "EXPLAIN" not in statement and "LIMIT" in statement:
            rows = connection.exec_driver_sql(prefix + statement, parameters).all()
            plans.append(json.dumps([row[-1] for row in rows]))

    with node.storage.reading() as work:
        if postgresql:
            work.session.connection().exec_driver_sql("ANALYZE calls")
        event.listen(node.storage.engine, "before_cursor_execute", explain)
        after = work.session.connection().exec_driver_sql("SELECT max(id) FROM calls").scalar()
        list_calls(actor, work, CallFilter(**wanted, since=moment(0) - timedelta(days=1)), PageRequest(20, str(after)))
        event.remove(node.storage.engine, "before_cursor_execute", explain)

    assert plans
    for plan in plans:
        assert index in plan, plan
        assert not re.search(r"SCAN calls(?! USING INDEX)|Seq Scan", plan), plan
