"""A call that only the worker told of stands in the table all the same, once."""

from datetime import timedelta

from metering.conftest import Node, assert_sums_agree, rows_of
from metering.spool_lines import ai_call_line, call_line, request_id, usage_line
from moving_clock import MovingClock
from passgate.metering.models import Call
from passgate.metering.records import LineReader, UsageLine
from passgate.metering.spool import Line
from passgate.metering.unlogged_calls import PATIENCE, UnloggedCalls


def advance(node: Node, span: timedelta) -> None:
    assert isinstance(node.storage.clock, MovingClock)
    node.storage.clock.advance(seconds=span.total_seconds())


def test_a_call_whose_access_line_was_lost_is_made_out_of_its_usage(node: Node) -> None:
    node.write("usage-0.jsonl", usage_line(1), usage_line(2))
    node.write("access.jsonl", ai_call_line(1))
    node.drain()
    assert [row["request_id"] for row in rows_of(node.storage, Call)] == [request_id(1)]

    advance(node, PATIENCE)
    assert node.drain() == 1

    lost = next(row for row in rows_of(node.storage, Call) if row["request_id"] == request_id(2))
    assert (lost["kind"], lost["status"], lost["model"], lost["team_id"]) == ("ai", 200, "gpt-5-mini", "team_red")
    assert lost["path"] is None
    assert_sums_agree(node.storage)


def test_an_access_line_that_comes_late_counts_no_second_time(node: Node) -> None:
    node.write("usage-0.jsonl", usage_line(1))
    node.drain()
    advance(node, PATIENCE)
    node.drain()
    node.write("access.jsonl", ai_call_line(1), call_line(2))

    node.drain()

    assert sorted(row["request_id"] for row in rows_of(node.storage, Call)) == [request_id(1), request_id(2)]
    assert_sums_agree(node.storage)


def test_a_call_that_came_before_its_usage_is_not_waited_for(node: Node) -> None:
    node.write("access.jsonl", ai_call_line(1))
    node.drain()
    node.write("usage-0.jsonl", usage_line(1))
    node.drain()

    advance(node, PATIENCE)

    assert node.drain() == 0


def test_a_foreign_token_s_use_is_not_taken_for_one_of_ours() -> None:
    clock, calls = MovingClock(), UnloggedCalls()
    [read] = LineReader().read("usage", [Line(usage_line(1, subject="iss_1|somebody"), 1)])
    assert isinstance(read.content, UsageLine)
    calls.note([read.content], [], clock.now())

    [call] = calls.due(clock.now() + PATIENCE)

    assert call.issuer == "iss_1"
