"""How long answers are kept (RFC 9111)."""

from email.utils import formatdate

import pytest

from passgate.inference.cached.fields import Fields
from passgate.inference.cached.freshness import Keeping, keeping_of

NOW = 1_800_000_000.0


def at(seconds: float) -> str:
    return formatdate(NOW + seconds, usegmt=True)


def kept(status: int = 200, by_policy: int = 0, **headers: str) -> Keeping | None:
    lines = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return keeping_of(status, Fields(lines), by_policy=by_policy, now=NOW, waited=0.5)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0),
        ({"cache_control": "max-age=60"}, 60),
        ({"cache_control": "Public , MAX-AGE = 60"}, 60),
        ({"cache_control": 'max-age="60"'}, 60),
        ({"cache_control": "max-age=60, s-maxage=5"}, 5),
        ({"cache_control": "max-age=60, s-maxage=0"}, 0),
        ({"cache_control": "max-age=60, max-age=5"}, 60),
        ({"cache_control": "max-age=-1"}, 0),
        ({"cache_control": "max-age=soon"}, 0),
        ({"cache_control": "max-age=99999999999999"}, 30 * 86_400),
        ({"cache_control": "no-store, max-age=60"}, 0),
        ({"cache_control": "private, max-age=60"}, 0),
        ({"cache_control": 'private="x-a, x-b", max-age=60'}, 0),
        ({"cache_control": "no-cache, max-age=60"}, 0),
        ({"cache_control": 'max-age=60, x="no-store"'}, 60),
        ({"expires": at(30), "date": at(0)}, 30),
        ({"expires": at(30), "date": at(-10)}, 30),
        ({"expires": at(-1)}, 0),
        ({"expires": "0"}, 0),
        ({"expires": at(30), "cache_control": "max-age=5"}, 5),
        ({"cache_control": "max-age=60", "age": "20"}, 40),
        ({"cache_control": "max-age=60", "age": "60"}, 0),
        ({"cache_control": "max-age=60", "date": at(-25), "age": "20"}, 35),
        ({"cache_control": "max-age=60", "date": at(25)}, 60),
        ({"cache_control": "max-age=60", "date": "yesterday"}, 60),
        ({"cache_control": "max-age=60", "set_cookie": "a=b"}, 0),
        ({"cache_control": "max-age=60", "vary": "accept, *"}, 0),
        ({"cache_control": "max-age=60", "content_type": "text/event-stream; charset=utf-8"}, 0),
    ],
)  # fmt: skip
def test_an_answer_says_how_long_it_may_be_kept(headers: dict[str, str], seconds: int) -> None:
    found = kept(**headers)
    assert (found.seconds if found is not None else 0) == seconds


def test_the_policy_speaks_where_the_answer_does_not() -> None:
    silent, said = kept(by_policy=9), kept(by_policy=9, cache_control="max-age=5")
    assert silent is not None
    assert said is not None
    assert (silent.seconds, said.seconds) == (9, 5)
    assert kept(by_policy=9, cache_control="no-store") is None
    assert kept(by_policy=9, cache_control="max-age=0") is None
    old = kept(by_policy=9, age="100")
    assert old is not None
    assert (old.seconds, old.age) == (9, 100)


@pytest.mark.parametrize(
    ("status", "by_policy", "if_said"),
    [(200, True, True), (204, True, True), (301, True, True), (410, True, True), (302, False, True), (404, False, True),
     (206, False, False), (304, False, False), (201, False, False), (401, False, False), (500, False, False)],
)  # fmt: skip
def test_statuses(status: int, by_policy: bool, if_said: bool) -> None:  # noqa: FBT001 - columns of the table
    assert (kept(status, by_policy=9) is not None) == by_policy
    assert (kept(status, cache_control="max-age=9") is not None) == if_said


@pytest.mark.parametrize("word", ["public", "s-maxage=60", "must-revalidate"])
def test_an_answer_may_say_that_it_is_for_all(word: str) -> None:
    one, other = kept(cache_control=f"max-age=60, {word}"), kept(cache_control="max-age=60")
    assert one is not None
    assert other is not None
    assert (one.is_open, other.is_open) == (True, False)
