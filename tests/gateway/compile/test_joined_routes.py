"""Joining routes changes what they cost, never which of them a call belongs to."""

import re
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from passgate.gateway.compile.joined_routes import PATHS_TOGETHER, TemplateRoute, joined
from passgate.gateway.compile.path_templates import PathTemplate
from passgate.gateway.envoy.names import JsonObject

_METHODS = ("GET", "POST")
_SEGMENT = st.sampled_from(["a", "b", "{x}", "a{x}", "a.b"])
_TEXT = st.tuples(st.lists(_SEGMENT, min_size=1, max_size=3), st.sampled_from(["", "", "/", "/{rest*}"])).map(
    lambda parts: "/" + "/".join(segment.replace("x", f"x{at}") for at, segment in enumerate(parts[0])) + parts[1]
)
_PATHS = st.lists(st.sampled_from(["a", "b", "ab", "a.b", "axb", "c"]), min_size=1, max_size=4).map(
    lambda parts: "/s/" + "/".join(parts)
)


def _route(text: str, methods: tuple[str, ...], kind: str) -> TemplateRoute:
    template = PathTemplate("/s", text)
    route = {"name": f"{kind}|{text}", "kind": kind, "match": {"methods": methods, **template.matches()[0]}}
    return TemplateRoute(template, route, f"{kind}|", methods, (kind.encode(), "".join(methods).encode()))


def _first(routes: Sequence[JsonObject], path: str, method: str) -> object:
    for route in routes:
        match = route["match"]
        takes = match.get("path") == path or bool(
            "safe_regex" in match and re.fullmatch(match["safe_regex"]["regex"], path)
        )
        if takes and (not match["methods"] or method in match["methods"]):
            return route["kind"]
    return None


@given(
    kinds=st.lists(
        st.tuples(_TEXT, st.sampled_from([(), ("GET",), ("POST",), _METHODS]), st.sampled_from("ABC")), max_size=12
    ),
    paths=st.lists(_PATHS, min_size=1, max_size=12),
)
def test_a_call_comes_to_the_same_kind_of_route(
    kinds: list[tuple[str, tuple[str, ...], str]], paths: list[str]
) -> None:
    alone = [_route(*one) for one in kinds]
    alone.sort(key=lambda one: one.template.rank)
    together = list(joined(alone))
    assert len(together) <= len(alone)
    for path in (*paths, *(f"{path}/" for path in paths)):
        for method in _METHODS:
            assert _first(together, path, method) == _first([one.route for one in alone], path, method), path


def test_what_is_alike_is_one_route_and_no_expression_grows_without_end() -> None:
    together = list(joined([_route(f"/p{one}/{{id}}", ("GET",), "A") for one in range(PATHS_TOGETHER + 1)]))
    assert [route["name"] for route in together] == ["A|", f"A|/p{PATHS_TOGETHER}/{{id}}"]


def test_methods_apart_do_not_keep_paths_apart() -> None:
    routes = [_route(path, (method,), "A") for path in ("/a", "/b", "/{x}") for method in _METHODS]
    assert [route["match"]["methods"] for route in joined(routes)] == [("GET",), ("POST",)]
