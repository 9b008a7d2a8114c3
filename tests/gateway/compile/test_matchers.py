from typing import Any

from passgate.gateway.compile.matchers import Listed, followed_by, lookup_filter

_YES: Listed = ("listed", "ALLOW")
_NO: Listed = ("withheld", "DENY")
_MISSING: Listed = ("missing", "DENY")


def _matcher(entries: dict[str, Listed]) -> Any:
    return lookup_filter("list", "state", entries, missing=_MISSING)["typed_config"]["matcher"]


def _said(on_match: Any) -> str:
    return str(on_match["action"]["typed_config"]["name"])


def _names(matcher: Any) -> dict[str, list[str]]:
    lists = matcher["matcher_tree"]["custom_match"]["typed_config"]["domain_matchers"]
    return {_said(one["on_match"]): one["domains"] for one in lists}


def test_names_of_one_verdict_share_it() -> None:
    matcher = _matcher({"b": _YES, "c": _NO, "a": _YES})
    assert _names(matcher) == {"listed": ["a", "b"], "withheld": ["c"]}
    assert _said(matcher["on_no_match"]) == "missing"


def test_what_would_be_a_wildcard_among_names_stands_in_a_map() -> None:
    odd = {"*": _YES, "*.example": _NO, "a*": _YES, "": _NO}
    matcher = _matcher({**odd, "a": _YES})
    assert _names(matcher) == {"listed": ["a"]}
    below = matcher["on_no_match"]["matcher"]
    listed = below["matcher_tree"]["exact_match_map"]["map"]
    assert {entry: _said(on_match) for entry, on_match in listed.items()} == {
        entry: said for entry, (said, _) in odd.items()
    }
    assert _said(below["on_no_match"]) == "missing"


def test_a_list_without_names_is_asked_all_the_same() -> None:
    matcher = _matcher({"*": _YES})
    assert "matcher_tree" not in matcher
    assert list(matcher["on_no_match"]["matcher"]["matcher_tree"]["exact_match_map"]["map"]) == ["*"]


def test_another_list_is_asked_where_nothing_is_found() -> None:
    last = _matcher({"z": _YES})
    assert followed_by(_matcher({}), last) == last
    assert followed_by(_matcher({"a": _YES}), last)["on_no_match"] == {"matcher": last}
    for first in (_matcher({"*": _YES}), _matcher({"a": _YES, "*": _YES})):
        both = followed_by(first, last)
        assert both["on_no_match"]["matcher"]["on_no_match"] == {"matcher": last}
        assert both.get("matcher_tree") == first.get("matcher_tree")
