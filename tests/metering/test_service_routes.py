"""The name of a route tells which version, revision and route of a service a call belonged to."""

import orjson
import pytest

from passgate.metering.records import CallLine, LineReader

_FACTS = "r 2026-11-27T10:00:00.000000Z 200 - 1 - 0 0 - - - - - -"


@pytest.mark.parametrize(
    ("name", "kind", "ids"),
    [
        ("rest|ver_1|rev_1|get|orders", "rest", ("ver_1", "rev_1", "get|orders")),
        ("ai|ver_1|rev_1|", "ai", ("ver_1", "rev_1", None)),
        ("rest|ver_1||", "rest", ("ver_1", None, None)),
        ("rest", "rest", (None, None, None)),
        (None, None, (None, None, None)),
    ],
)
def test_a_route_is_read_from_its_name(name: str | None, kind: str | None, ids: tuple[str | None, ...]) -> None:
    (read,) = LineReader().read("access", [(orjson.dumps({"facts": _FACTS, "route": name}), 1)])
    assert isinstance(read.content, CallLine)
    assert read.content.route == kind
    assert (read.content.version_id, read.content.revision_id, read.content.route_id) == ids


@pytest.mark.parametrize(
    ("name", "words", "details", "cached"),
    [
        ("kept|ver_1|rev_1|get", "h/via_upstream", "via_upstream", True),
        ("kept|ver_1|rev_1|get", "m/via_upstream", "via_upstream", False),
        ("rest|ver_1|rev_1|get", "h/via_upstream", "via_upstream", False),
        ("kept|ver_1|rev_1|get", "-/-", None, False),
        ("kept|ver_1|rev_1|get", " /two words", "two words", False),
        ("kept|ver_1|rev_1|get", "via_upstream", "via_upstream", False),
    ],
    ids=["hit", "miss", "upstream's own word", "silent", "blank", "older node"],
)
def test_a_kept_answer_is_told_where_answers_are_kept(
    name: str, words: str, details: str | None, *, cached: bool
) -> None:
    line = orjson.dumps({"facts": _FACTS[:-1] + words, "route": name})
    (read,) = LineReader().read("access", [(line, 1)])
    assert isinstance(read.content, CallLine)
    assert (read.content.details, read.content.cached, read.content.route_id) == (details, cached, "get")
    assert read.content.route == "rest"
