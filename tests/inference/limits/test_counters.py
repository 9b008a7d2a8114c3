from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passgate.contracts.limits import LimitRule, SpentInWindow, SpentSums, window_bounds
from passgate.contracts.revocation_list import TokenFacts
from passgate.inference.limits.book import LimitBook
from passgate.inference.limits.counters import MemoryCounters
from passgate.inference.limits.estimate import ASSUMED_OUTPUT, estimate
from passgate.inference.limits.headers import rate_headers
from passgate.inference.limits.ledger_sums import LedgerSums
from passgate.inference.limits.limit import Ask, Limit
from passgate.inference.limits.refusal import refusal_of
from passgate.inference.limits.token_ceiling import TokenCeiling, ceilings_of

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC).timestamp()


def rule(measure: str = "requests", window: str = "minute", amount: int = 3, **more: object) -> LimitRule:
    row = {"id": f"lim_{measure}", "name": "Test", "scope": "team", "target": "team_1"}
    return LimitRule.model_validate(row | {"measure": measure, "window": window, "amount": amount} | more)


def ask(limit: Limit, amount: int = 1, now: float = NOON) -> Ask:
    limit.roll(now)
    return Ask(limit, amount)


@pytest.mark.parametrize(
    ("window", "start", "end"),
    [
        ("minute", "2028-02-29T23:59", "2028-03-01T00:00"),
        ("day", "2028-02-29T00:00", "2028-03-01T00:00"),
        ("week", "2028-02-28T00:00", "2028-03-06T00:00"),
        ("month", "2028-02-01T00:00", "2028-03-01T00:00"),
    ],
)
def test_windows_are_those_of_the_calendar(window: str, start: str, end: str) -> None:
    moment = datetime(2028, 2, 29, 23, 59, 30, 5, tzinfo=UTC)
    bounds = [datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (start, end)]
    assert list(window_bounds(window, moment)) == bounds


def test_a_month_may_end_the_year() -> None:
    assert window_bounds("month", datetime(2026, 12, 31, tzinfo=UTC))[1] == datetime(2027, 1, 1, tzinfo=UTC)


def test_calls_are_counted_and_begin_anew_with_the_minute() -> None:
    counters, limit = MemoryCounters(lambda _: None), Limit(rule())
    verdicts = [counters.reserve([ask(limit)]) for _ in range(4)]
    assert [one.refused is None for one in verdicts] == [True, True, True, False]
    assert verdicts[3].refused is not None
    assert verdicts[3].refused.used == 3
    assert counters.reserve([ask(limit, now=NOON + 60)]).refused is None


def test_all_limits_are_reserved_or_none() -> None:
    counters = MemoryCounters(lambda _: None)
    wide, narrow = Limit(rule("tokens", amount=100)), Limit(rule(amount=1))
    assert counters.reserve([ask(wide, 10), ask(narrow)]).refused is None
    assert counters.reserve([ask(wide, 10), ask(narrow)]).refused is not None
    assert counters.used(wide) == 10


def test_money_is_reserved_by_estimate_and_settled_by_use() -> None:
    counters, limit = MemoryCounters(lambda _: None), Limit(rule("money", "day", 1000))
    asks = [ask(limit, 900)]
    assert counters.reserve(asks).refused is None
    assert counters.reserve([ask(limit, 101)]).refused is not None
    counters.settle(asks, 50, 20)
    assert counters.used(limit) == 20
    assert counters.reserve([ask(limit, 980)]).refused is None


def test_a_place_at_the_same_time_is_free_again_when_the_call_ends() -> None:
    counters, limit = MemoryCounters(lambda _: None), Limit(rule("parallel", "none", 1))
    asks = [ask(limit)]
    assert counters.reserve(asks).refused is None
    assert counters.reserve([ask(limit)]).refused is not None
    counters.settle(asks, 50, 20)
    assert counters.used(limit) == 0


def test_what_is_settled_late_counts_in_the_window_it_began_in() -> None:
    counters, limit = MemoryCounters(lambda _: None), Limit(rule("money", "day", 1000))
    asks = [ask(limit, 900)]
    counters.reserve(asks)
    assert counters.reserve([ask(limit, 1000, NOON + 86_400)]).refused is None
    counters.settle(asks, 0, 900)
    assert counters.used(limit) == 1000


def test_a_counter_begins_where_the_ledger_stands() -> None:
    sums = LedgerSums()
    counters, limit = MemoryCounters(sums.of), Limit(rule("money", "day", 1000))
    counters.reserve([ask(limit, 100)])  # before anybody has looked
    moment = datetime.fromtimestamp(NOON, UTC)
    day = int(window_bounds("day", moment)[0].timestamp())
    sums.take(SpentSums(as_of=moment, limits={limit.key: SpentInWindow(start=day, micro_dollars=850)}))
    assert counters.reserve([ask(limit, 51)]).refused is not None
    assert counters.reserve([ask(limit, 50)]).refused is None
    assert counters.reserve([ask(limit, 1000, NOON + 86_400)]).refused is None


def test_shares_round_up_and_divide_what_was_spent() -> None:
    counters, limit = MemoryCounters(lambda _: 500), Limit(rule("money", "day", 1000))
    counters.shares = 3
    assert counters.reserve([ask(limit, 168)]).refused is not None
    assert counters.reserve([ask(limit, 167)]).refused is None


@given(
    st.integers(0, 2000),
    st.lists(st.tuples(st.integers(0, 600), st.integers(0, 600), st.integers(0, 9)), max_size=60),
)
def test_a_budget_is_never_below_zero_and_over_only_by_what_estimates_were_short(
    amount: int, calls: list[tuple[int, int, int]]
) -> None:
    """Calls overlap at random: each is settled after as many others as its third number says."""
    counters, limit = MemoryCounters(lambda _: None), Limit(rule("money", "total", amount))
    running: list[tuple[int, list[Ask], int, int]] = []
    short = spent = 0
    for at, (estimated, actual, lasts) in enumerate(calls):
        for one in [one for one in running if one[0] <= at]:
            running.remove(one)
            counters.settle(one[1], 0, one[3])
            spent += one[3]
            short += max(0, one[3] - one[2])
        asks = [ask(limit, estimated)]
        if counters.reserve(asks).refused is None:
            running.append((at + lasts, asks, estimated, actual))
        assert counters.used(limit) == spent + sum(one[2] for one in running) >= 0
        assert counters.used(limit) <= amount + short
    for _, asks, estimated, actual in running:
        counters.settle(asks, 0, actual)
        spent += actual
        short += max(0, actual - estimated)
    assert spent == counters.used(limit) <= amount + short


def test_past_windows_of_many_tokens_are_forgotten() -> None:
    counters = MemoryCounters(lambda _: None)
    for number in range(10_000):
        counters.reserve([ask(Limit(rule(id=f"lim_{number}")))])
    counters.reserve([ask(Limit(rule(id="lim_new")), now=NOON + 60)])
    assert list(counters._counters) == ["lim_new"]


def test_a_call_meets_the_limits_of_all_that_it_concerns() -> None:
    book = LimitBook(
        [
            rule(id="a", scope="team", target="team_1"),
            rule(id="b", scope="user", target="user_1"),
            rule(id="c", scope="token", target="tok_1"),
            rule(id="d", scope="application", target="app_1"),
            rule(id="e", scope="provider", target="prov_1"),
            rule(id="f", scope="team", target="team_2"),
        ]
    )
    token = TokenFacts("tok_1", "user_1", "app_1", 0)
    ceilings = (TokenCeiling("tok_1", 5, 6), TokenCeiling("tok_0", None, 7))
    found = book.of_call(token, "team_1", (None, "gpt"), ceilings)
    stated = ["jti:tok_0:requests", "jti:tok_1:money", "jti:tok_1:requests"]
    assert sorted(limit.key for limit in found) == ["a", "b", "c", "d", *stated]
    assert [limit.key for limit in book.of_provider("prov_1")] == ["e"]


@pytest.mark.parametrize(
    ("claims", "ceilings"),
    [
        ({}, ()),
        ({"budget": 5}, (TokenCeiling("t", 5, None),)),
        ({"parents": [{"jti": "p", "rpm": 2}, {"jti": "q"}]}, (TokenCeiling("p", None, 2),)),
        ({"budget": "much", "rpm": True}, (TokenCeiling("t", 0, 0),)),
        ({"parents": "none"}, (TokenCeiling("t", 0, 0),)),
    ],
    ids=str,
)
def test_what_a_token_says_of_itself(claims: dict[str, object], ceilings: tuple[TokenCeiling, ...]) -> None:
    assert ceilings_of("t", claims) == ceilings


@pytest.mark.parametrize(
    ("document", "output"),
    [
        ({}, ASSUMED_OUTPUT),
        ({"max_tokens": 10}, 10),
        ({"max_completion_tokens": 10, "n": 3}, 30),
        ({"max_output_tokens": 10**30}, 8000),
        ({"generationConfig": {"maxOutputTokens": 7, "candidateCount": 2}}, 14),
        ({"max_tokens": "ten"}, ASSUMED_OUTPUT),
    ],
    ids=str,
)
def test_the_output_to_reserve_is_what_the_call_may_get(document: dict[str, object], output: int) -> None:
    found = estimate(bytes(300), document, generates=True, context_window=None, max_output_tokens=8000)
    assert (found.input, found.output) == (101, output)


def test_a_prompt_is_no_larger_than_the_window_and_vectors_have_no_output() -> None:
    found = estimate(bytes(9_000_000), {}, generates=False, context_window=1000, max_output_tokens=None)
    assert (found.input, found.output) == (1000, 0)


def test_a_refusal_names_limit_window_and_reset() -> None:
    counters = MemoryCounters(lambda _: None)
    refused = counters.reserve([ask(Limit(rule("money", "month", 2_000_000)), 2_500_000)]).refused
    assert refused is not None
    error, wait = refusal_of(refused, NOON)
    assert (int(error.status), error.code, wait) == (402, "budget_exhausted", 561_601)
    assert error.message == (
        "The budget 'Test' for the team is $2.00 a month: $0 is spent or reserved, and this call may cost up to $2.50. "
        "It resets at 2026-12-01T00:00:00Z, in 561601 s."
    )


def test_headers_tell_of_the_tightest_limit() -> None:
    counters = MemoryCounters(lambda _: None)
    limits = [Limit(rule(id="a", amount=9)), Limit(rule(id="b", amount=5)), Limit(rule("tokens", amount=1000))]
    verdict = counters.reserve([ask(limit, 100 if limit.measure == "tokens" else 1, NOON + 10) for limit in limits])
    assert dict(rate_headers(verdict.standing, NOON + 10)) == {
        b"x-ratelimit-limit-requests": b"5",
        b"x-ratelimit-remaining-requests": b"4",
        b"x-ratelimit-reset-requests": b"51s",
        b"x-ratelimit-limit-tokens": b"1000",
        b"x-ratelimit-remaining-tokens": b"900",
        b"x-ratelimit-reset-tokens": b"51s",
    }
