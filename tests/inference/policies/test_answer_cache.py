import pytest

from passgate.inference.policies.answer_cache import AnswerCache, StoredAnswer, asked_seconds
from passgate.inference.translation import InvalidRequestError


def answer(size: int = 1) -> StoredAnswer:
    return StoredAnswer(b"application/json", b"x" * size, "stop", b"p")


def test_an_answer_is_kept_for_its_time() -> None:
    now = [0.0]
    cache = AnswerCache(lambda: now[0])
    cache.put(b"k", answer(), 10)
    now[0] = 9.9
    assert cache.get(b"k") == answer()
    now[0] = 10
    assert cache.get(b"k") is None


def test_the_least_recently_used_answers_go_first() -> None:
    cache = AnswerCache(lambda: 0.0, entries=2)
    for key in (b"a", b"b"):
        cache.put(key, answer(), 10)
    assert cache.get(b"a") is not None
    cache.put(b"c", answer(), 10)
    assert [cache.get(key) is not None for key in (b"a", b"b", b"c")] == [True, False, True]


def test_answers_together_stay_below_the_bound() -> None:
    cache = AnswerCache(lambda: 0.0, size=1600)
    for number in range(20):
        cache.put(b"%d" % number, answer(100), 10)
    assert sum(cache.get(b"%d" % number) is not None for number in range(20)) == 16
    cache.put(b"large", answer(101), 10)
    assert cache.get(b"large") is None


@pytest.mark.parametrize(
    ("header", "ruled", "seconds"),
    [(None, None, 0), (None, 60, 60), ("30", 60, 30), ("90", 60, 60), ("90", None, 90), ("off", 60, 0),
     ("90", 0, 0), ("9" * 30, None, 30 * 86_400)],
)  # fmt: skip
def test_a_caller_may_shorten_what_a_policy_says(header: str | None, ruled: int | None, seconds: int) -> None:
    assert asked_seconds(header, ruled) == seconds


@pytest.mark.parametrize("header", ["x", "", "-1", "1.5", "²"])
def test_a_wish_that_is_none_is_refused_by_name(header: str) -> None:
    with pytest.raises(InvalidRequestError, match="'x-passgate-cache' must be seconds, or 'off'"):
        asked_seconds(header, 60)
