"""Rate limits: exact, counted by whom they say, and untouched by what else changes."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from passgate.contracts.gateway_snapshot import GatewaySubscription, PlanRate
from passgate.contracts.service_policy import AccessPolicy, RateLimitPolicy
from wire.foreign import ForeignIssuer
from wire.published import PUBLIC, TOKEN, publish, simple
from wire.rig import Gate

NOON = 1_800_014_400.0
"""At the begin of an hour."""


@pytest.fixture
def counting(own_gate: Gate) -> Gate:
    own_gate.now = NOON
    return own_gate


def _statuses(gate: Gate, count: int, token: str | None, path: str = "/orders/1") -> list[int]:
    return [gate.call(path, token).status for _ in range(count)]


def test_a_hundred_a_minute_lets_a_hundred_through(counting: Gate) -> None:
    limit = RateLimitPolicy(calls=100, window="minute")
    publish(counting, simple(counting, "/orders", TOKEN, limit), simple(counting, "/free", TOKEN))
    token = counting.issuer.token()
    with ThreadPoolExecutor(8) as pool:
        found = Counter(pool.map(lambda _: counting.call("/orders/1", token).status, range(130)))
    assert found == {200: 100, 429: 30}
    answer = counting.call("/orders/1", token)
    assert answer.json["code"] == "rate_limited"
    said = {name: answer.headers[name] for name in ("x-ratelimit-limit", "x-ratelimit-remaining", "retry-after")}
    assert said == {"x-ratelimit-limit": "100", "x-ratelimit-remaining": "0", "retry-after": "60"}
    assert counting.call("/free/1", token).status == 200
    # What else is published resets nothing, and a new window begins anew.
    publish(counting, simple(counting, "/orders", TOKEN, limit), simple(counting, "/more", TOKEN))
    assert counting.call("/orders/1", token).status == 429
    assert counting.call("/orders/1", counting.issuer.token(client_id="app_two")).status == 200
    counting.now = NOON + 60
    assert counting.call("/orders/1", token).headers["x-ratelimit-remaining"] == "99"


@pytest.mark.parametrize(
    ("per", "same", "other"),
    [
        ("application", {"sub": "user_b"}, {"client_id": "app_two"}),
        ("user", {"client_id": "app_two"}, {"sub": "user_b"}),
        ("token", {"jti": "jti-fixed"}, {"jti": "jti-other"}),
        ("ip", {"client_id": "app_two", "sub": "user_b"}, None),
        ("service", {"client_id": "app_two", "sub": "user_b"}, None),
    ],
)
def test_whose_calls_are_counted_together(
    counting: Gate, per: str, same: dict[str, str], other: dict[str, str] | None
) -> None:
    publish(counting, simple(counting, "/orders", TOKEN, RateLimitPolicy(per=per, calls=2, window="hour")))  # type: ignore[arg-type]  # of the table
    token = counting.issuer.token
    assert counting.call("/orders/1", token(jti="jti-fixed")).status == 200
    assert _statuses(counting, 2, token(**same)) == [200, 429]
    if other is not None:
        assert counting.call("/orders/1", token(**other)).status == 200


def test_a_token_keeps_its_own_rate_and_those_of_its_parents(counting: Gate) -> None:
    counted = simple(counting, "/two", TOKEN, RateLimitPolicy(calls=100, window="hour"))
    services = simple(counting, "/orders", TOKEN), simple(counting, "/free", PUBLIC), counted
    token = counting.issuer.token
    publish(counting, *services)
    # Nobody has issued such a token, so nobody is asked.
    assert "x-ratelimit-limit" not in counting.call("/orders/1", token(jti="n", rates="n:1")).headers
    publish(counting, *services, own_rates=True)
    parent, child = token(jti="p", rates="p:3"), token(jti="c", rates="c:2 p:3")
    assert _statuses(counting, 3, child) == [200, 200, 429]
    assert _statuses(counting, 2, parent, "/two/1") == [200, 429]
    refused = counting.call("/orders/1", parent)
    assert (refused.json["code"], refused.headers["retry-after"]) == ("rate_limited", "60")
    assert counting.call("/orders/1", token(jti="q", rates="q:1")).headers["x-ratelimit-remaining"] == "0"
    assert "x-ratelimit-limit" not in counting.call("/orders/1", token()).headers
    assert counting.call("/free/1").status == 200
    counting.now = NOON + 60
    assert _statuses(counting, 2, parent) == [200, 200]


def test_several_limits_count_all_or_nothing(counting: Gate) -> None:
    limits = (RateLimitPolicy(calls=3, window="hour"), RateLimitPolicy(calls=2, window="minute"))
    publish(counting, simple(counting, "/orders", TOKEN, *limits))
    token = counting.issuer.token()
    assert _statuses(counting, 5, token) == [200, 200, 429, 429, 429]
    counting.now = NOON + 60
    assert _statuses(counting, 2, token) == [200, 429]
    assert counting.call("/orders/1", token).headers["retry-after"] == "3540"


def test_who_brings_no_token_is_counted_by_address(counting: Gate) -> None:
    publish(counting, simple(counting, "/orders", PUBLIC, RateLimitPolicy(calls=2, window="hour")))
    assert _statuses(counting, 3, None) == [200, 200, 429]


def test_plans_bound_subscriptions(counting: Gate) -> None:
    foreign = ForeignIssuer()
    rates = {"app_one": (PlanRate(calls=2, window="hour"),), "app_two": ()}
    subscriptions = tuple(
        GatewaySubscription(service_id="svc_orders", application_id=app, rates=rate) for app, rate in rates.items()
    )
    service = simple(counting, "/orders", AccessPolicy())
    publish(counting, service, subscriptions=subscriptions, issuers=(foreign.trusted(),))
    assert counting.call("/orders/1", counting.issuer.token()).status == 200
    assert counting.call("/orders/1", foreign.token()).status == 200
    assert counting.call("/orders/1", counting.issuer.token()).status == 429
    assert set(_statuses(counting, 4, counting.issuer.token(client_id="app_two"))) == {200}


def test_without_counters_limited_calls_are_refused_and_others_go_on(counting: Gate) -> None:
    publish(counting, simple(counting, "/orders", TOKEN, RateLimitPolicy(calls=9)), simple(counting, "/free", TOKEN))
    counting.run(counting.rate_limits.stop())
    token = counting.issuer.token()
    answer = counting.call("/orders/1", token)
    assert (answer.status, answer.json["code"]) == (503, "rate_limits_away")
    assert counting.call("/free/1", token).status == 200
    counting.run(counting.rate_limits.start())
