import itertools
import os
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from metering.conftest import Node, assert_sums_agree, rows_of
from metering.spool_lines import ai_call_line, call_line, moment, request_id, usage_line
from passgate.identity.issuers.models import TrustedIssuer
from passgate.identity.models import Token, TokenSum
from passgate.metering.ingest import SpoolLimits
from passgate.metering.models import Call, CallHour, SpoolOffset, Usage, UsageHour
from passgate.storage.work import Storage, Work


def test_a_call_becomes_a_row(node: Node) -> None:
    node.write("access.jsonl", call_line(1))

    assert node.drain() == 1

    [row] = rows_of(node.storage, Call)
    assert row == {
        "node": "node-1",
        "request_id": request_id(1),
        "started_at": moment(1),
        "kind": "rest",
        "method": "GET",
        "path": "/orders/1",
        "status": 200,
        "code": None,
        "duration_ms": 12,
        "upstream_ms": 9,
        "bytes_in": 0,
        "bytes_out": 512,
        "attempts": 1,
        "team_id": "team_red",
        "application_id": "app_a",
        "service_id": "svc_orders",
        "model": None,
        "jti": "tok_a",
        "subject": "app_a",
        "client_ip": "10.0.0.7",
        "user_agent": "curl/8.5.0",
        "version_id": None,
        "revision_id": None,
        "route_id": None,
        "cached": False,
    }


def test_a_call_without_an_application_is_of_the_service_s_team(node: Node) -> None:
    node.write("access.jsonl", call_line(1, application_id=None, jti=None, subject=None, status=401))

    node.drain()

    assert [row["team_id"] for row in rows_of(node.storage, Call)] == ["team_blue"]


def test_every_field_of_a_usage_is_kept(node: Node) -> None:
    node.write("usage-0.jsonl", usage_line(1))

    node.drain()

    [row] = rows_of(node.storage, Usage)
    kinds = ("tokens_in", "tokens_out", "cached_tokens_in", "cache_write_tokens", "reasoning_tokens")
    assert [row[name] for name in kinds] == [100, 20, 50, 0, 5]
    assert (row["cost"], row["dropped"], row["stream"]) == (65, ["logit_bias"], True)
    assert (row["provider_id"], row["finish_reason"], row["first_token_ms"]) == ("prv_openai", "stop", 4)


@pytest.mark.parametrize("usage_first", [True, False])
def test_usage_and_access_may_come_in_either_order(node: Node, *, usage_first: bool) -> None:
    failed = {"status": 404, "outcome": "error", "error_code": "model_not_found"}
    writes = [
        ("usage-0.jsonl", [usage_line(1), usage_line(2, **failed)]),
        ("access.jsonl", [ai_call_line(1), ai_call_line(2, status=404)]),
    ]
    for name, lines in writes if usage_first else reversed(writes):
        node.write(name, *lines)
        assert node.drain() == 2

    calls = {row["request_id"]: row for row in rows_of(node.storage, Call)}
    assert [(row["status"], row["model"], row["code"]) for row in (calls[request_id(1)], calls[request_id(2)])] == [
        (200, "gpt-5-mini", None),
        (404, "gpt-5-mini", "model_not_found"),
    ]
    [hour] = rows_of(node.storage, CallHour)
    assert (hour["kind"], hour["service_id"], hour["calls"], hour["errors"], hour["latency_ms"]) == ("ai", "", 2, 1, 24)
    [used] = rows_of(node.storage, UsageHour)
    assert (used["model"], used["calls"], used["errors"], used["tokens_in"], used["cost"]) == (
        "gpt-5-mini",
        2,
        1,
        200,
        130,
    )


def test_lines_that_are_there_already_change_nothing(node: Node) -> None:
    node.write("usage-0.jsonl", usage_line(1), usage_line(1, cost_micro_dollars=9_000_000))
    node.write("access.jsonl", ai_call_line(1), ai_call_line(1), call_line(2))
    assert node.drain() == 3

    node.write("usage-1.jsonl", usage_line(1))
    node.write("access.jsonl", ai_call_line(1), call_line(3))

    assert node.drain() == 1
    assert len(rows_of(node.storage, Call)) == 3
    assert [row["cost"] for row in rows_of(node.storage, Usage)] == [65]
    assert_sums_agree(node.storage)


def test_a_line_that_two_nodes_have_counts_once(node: Node, storage: Storage) -> None:
    node.write("access.jsonl", call_line(1))
    node.drain()
    other = Node(storage, node.folder)
    other.ingester = type(other.ingester)(storage, node.folder, "node-2", lambda: None)

    assert other.drain() == 0
    assert_sums_agree(storage)


def test_a_restart_goes_on_where_the_last_commit_was(node: Node) -> None:
    node.write("access.jsonl", *map(call_line, range(120)))
    assert node.drain() == 120
    node.write("access.jsonl", *map(call_line, range(120, 130)))

    node.restarted()

    assert node.drain() == 10
    [offset] = rows_of(node.storage, SpoolOffset)
    assert offset["offset"] == (node.folder / "access.jsonl").stat().st_size


def test_a_line_of_a_route_that_is_no_call_is_passed_over(node: Node) -> None:
    node.write("access.jsonl", call_line(1, route="health"), call_line(2), call_line(3, route="unknown"))
    assert node.drain() == 1
    assert [row["path"] for row in rows_of(node.storage, Call)] == ["/orders/2"]
    assert node.ingester.malformed == 0


def test_values_of_another_type_than_the_contracts_are_passed_over(node: Node) -> None:
    node.write("access.jsonl", call_line(1), call_line(2, path=200), call_line(3, status=[]), call_line(4))
    assert node.drain() == 2
    assert [row["path"] for row in rows_of(node.storage, Call)] == ["/orders/1", "/orders/4"]
    assert node.ingester.malformed == 2


def test_a_line_without_its_end_waits(node: Node) -> None:
    first, second = call_line(1), call_line(2)
    node.write("access.jsonl", first[:40])
    assert node.drain() == 0
    node.write("access.jsonl", first[40:], second[:-1])
    assert node.drain() == 1
    node.write("access.jsonl", second[-1:])

    assert node.drain() == 1
    assert node.ingester.malformed == 0


def test_a_line_behind_a_torn_one_is_kept(node: Node) -> None:
    node.write("access.jsonl", call_line(1), call_line(2)[:100], call_line(3))
    node.write("usage-0.jsonl", usage_line(1)[:-40], usage_line(3))

    assert node.drain() == 3

    assert {row["request_id"] for row in rows_of(node.storage, Call)} == {request_id(1), request_id(3)}
    assert [row["request_id"] for row in rows_of(node.storage, Usage)] == [request_id(3)]


MALFORMED = {
    "empty": b"\n",
    "no JSON": b"hello\n",
    "another shape": b"[1, 2]\n",
    "a field is missing": b'{"request_id": "x"}\n',
    "no moment": call_line(7, start="yesterday"),
    "status too large for the column": call_line(7, status=2**40),
    "a number too large for any column": call_line(7, bytes_out=2**70),
    "a long line of nothing": b"x" * 5_000_000 + b"\n",
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_line_is_counted_and_passed_over(node: Node, name: str) -> None:
    node.write("access.jsonl", call_line(1), call_line(2), MALFORMED[name], call_line(3), call_line(4))

    taken = node.drain()

    kept = {row["request_id"] for row in rows_of(node.storage, Call)}
    assert {request_id(number) for number in (1, 2, 3, 4)} <= kept
    if name == "status too large for the column" and node.storage.engine.dialect.name == "sqlite":
        assert (taken, node.ingester.malformed) == (5, 0)  # SQLite's INTEGER holds it
    else:
        assert taken == 4
        assert node.ingester.malformed >= 1
    assert node.drain() == 0
    assert_sums_agree(node.storage)


def test_a_file_cut_short_is_read_anew(node: Node) -> None:
    path = node.write("access.jsonl", *map(call_line, range(10)))
    node.drain()
    os.truncate(path, len(call_line(0)))
    node.write("access.jsonl", call_line(20))

    assert node.drain() == 1
    assert_sums_agree(node.storage)


def test_the_last_use_of_a_token_is_exact_to_a_minute(node: Node) -> None:
    def last_use() -> timedelta | None:
        with node.storage.reading() as work:
            used = work.session.scalar(select(Token.last_used_at).where(Token.jti == "tok_a"))
        return used - moment(0) if used else None

    node.write("access.jsonl", call_line(1, status=401, details="rbac_access_denied_matched_policy[revoked]"))
    node.drain()
    assert last_use() is None
    node.write("access.jsonl", call_line(2), call_line(4), call_line(3))
    node.drain()
    assert last_use() == timedelta(milliseconds=40)
    node.write("access.jsonl", call_line(5900))
    node.drain()
    assert last_use() == timedelta(milliseconds=40)
    node.restarted()
    node.write("access.jsonl", call_line(6004))
    node.drain()
    assert last_use() == timedelta(milliseconds=60_040)


def test_a_failed_transaction_leaves_nothing_behind(node: Node) -> None:
    node.write("access.jsonl", *map(call_line, range(60)))
    commits = itertools.count()

    def fail_second(_work: Work) -> None:
        if next(commits) == 1:
            raise OperationalError("COMMIT", {}, Exception("the database went away"))

    node.storage = replace(node.storage, before_commit=[fail_second])
    node.restarted()
    with pytest.raises(OperationalError):
        node.drain()
    assert len(rows_of(node.storage, Call)) == 50

    assert node.drain() == 10
    assert_sums_agree(node.storage)


def test_a_second_reader_of_the_same_node_does_no_harm(node: Node) -> None:
    node.write("access.jsonl", *map(call_line, range(60)))
    node.drain()
    second = Node(node.storage, node.folder, SpoolLimits(batch=7))
    node.write("access.jsonl", *map(call_line, range(60, 100)))
    assert second.drain() == 40

    node.write("access.jsonl", call_line(100))
    assert node.ingester.run_once() == 0  # sees that the offset has moved, and looks it up

    assert node.drain() == 1
    assert len(rows_of(node.storage, Call)) == 101
    assert_sums_agree(node.storage)


def test_without_a_folder_there_is_nothing_to_take(node: Node) -> None:
    node.folder.rmdir()

    assert node.drain() == 0


def test_a_token_s_calls_and_cost_are_summed(node: Node) -> None:
    node.write("access.jsonl", *(call_line(number) for number in range(1, 4)), call_line(4, status=401))
    node.write("access.jsonl", ai_call_line(5), ai_call_line(6, jti="tok_b", application_id="app_b"))
    node.write("usage-0.jsonl", usage_line(5), usage_line(6, jti="tok_b", cost_micro_dollars=7))
    node.drain()
    node.write("access.jsonl", call_line(7))
    node.restarted()
    node.drain()

    with node.storage.reading() as work:
        sums = {row.jti: (row.calls, row.cost) for row in work.session.scalars(select(TokenSum))}
    assert sums == {"tok_a": (5, 65), "tok_b": (1, 7)}


@pytest.mark.parametrize("claim", [None, "azp"])
def test_a_call_with_a_trusted_issuers_token_is_named_as_the_workers_name_it(node: Node, claim: str | None) -> None:
    with node.storage.writing() as work:
        work.session.add(trusted_issuer(work, claim))
    foreign = {"jti": None, "subject": None, "application_id": None, "issuer": "https://id.example.com"}
    foreign |= {"foreign_client": "shop" if claim else None, "foreign_subject": "ada@staff", "foreign_jti": "tok_a"}
    node.write(
        "access.jsonl", call_line(1, **foreign), call_line(2, **foreign | {"issuer": "https://gone.example.com"})
    )
    node.drain()

    first, second = rows_of(node.storage, Call)
    assert (first["application_id"], first["team_id"]) == ("app_a", "team_red")
    assert (first["subject"], first["jti"]) == ("iss_staff|ada@staff", "tok_a")
    assert (second["application_id"], second["team_id"], second["jti"]) == (None, "team_blue", "tok_a")
    with node.storage.reading() as work:
        assert work.session.get(TokenSum, "tok_a") is None, "a token of theirs, whatever its jti says"
        token = work.session.get(Token, "tok_a")
        assert token is not None
        assert token.last_used_at is None


def trusted_issuer(work: Work, claim: str | None) -> TrustedIssuer:
    return TrustedIssuer(
        id="iss_staff",
        name="Staff",
        issuer="https://id.example.com",
        jwks_uri=None,
        audiences=["gate"],
        algorithms=["ES256"],
        token_type=None,
        application_id=None if claim else "app_a",
        application_claim=claim,
        applications={"shop": "app_a"} if claim else {},
        required_claims={},
        needs_jti=True,
        is_enabled=True,
        keys=[],
        created_at=work.clock.now(),
        created_by="user_1",
    )
