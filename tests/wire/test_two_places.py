"""A default version answers with its name in the path and without, alike, however its routes are put together."""

import pytest

from passgate.gateway.compile.errors import UncompilableError
from wire.published import pool, publish, revision, route, service, version
from wire.rig import Answer, Gate

_ROUTES = (
    route("root", "/", "GET"),
    route("items", "/items", "GET", "POST"),
    route("item", "/items/{id}", "GET"),
    route("below", "/files/{rest*}", "GET"),
    route("moved", "/old/{id}", "GET", rewrite="/new/{id}"),
)


def _seen(answer: Answer) -> tuple[int, str, str]:
    """The status; the path that the upstream saw or the refusal's code; the methods or the revision."""
    said = answer.json
    headers = answer.headers
    return (
        answer.status,
        said.get("path", said.get("code")),
        headers.get("allow", headers.get("x-passgate-revision", "")),
    )


_EXPECTED = {
    ("GET", ""): (200, "/up", "rev_v1"),
    ("GET", "/"): (200, "/up/", "rev_v1"),
    ("GET", "/items"): (200, "/up/items", "rev_v1"),
    ("POST", "/items"): (200, "/up/items", "rev_v1"),
    ("GET", "/items/7?a=b"): (200, "/up/items/7?a=b", "rev_v1"),
    ("GET", "/files"): (200, "/up/files", "rev_v1"),
    ("GET", "/files/a/b"): (200, "/up/files/a/b", "rev_v1"),
    ("GET", "/old/7"): (200, "/up/new/7", "rev_v1"),
    ("DELETE", "/items"): (405, "method_not_allowed", "GET, POST"),
    ("POST", "/"): (405, "method_not_allowed", "GET"),
    ("GET", "/itemsX"): (404, "route_not_found", ""),
    ("GET", "/v1"): (404, "route_not_found", ""),
}


@pytest.mark.parametrize("more", [(), (route("any", "/{any}/x/y", "GET"),)], ids=["one list", "two lists"])
def test_both_places_answer_alike(own_gate: Gate, more: tuple[object, ...]) -> None:
    pools = pool(own_gate.rest.port, path_prefix="/up")
    one, two = (version(name, revision(f"rev_{name}", pools, routes=(*_ROUTES, *more))) for name in ("v1", "v2"))
    publish(own_gate, service("/shop", one, two, default_version="v1"))
    found = {
        place: {(method, path): _seen(own_gate.call(place + path, method=method)) for method, path in _EXPECTED}
        for place in ("/shop", "/shop/v1")
    }
    assert found["/shop/v1"] == _EXPECTED
    # With no version in it, the path /v1 is the other place.
    assert found["/shop"] == _EXPECTED | {("GET", "/v1"): (200, "/up", "rev_v1")}
    assert _seen(own_gate.call("/shop/v2/items")) == (200, "/up/items", "rev_v2")
    assert _seen(own_gate.call("/shop/v10/items")) == (404, "route_not_found", "")
    assert own_gate.call("/shop/v1/items", headers={"x-passgate-revision": "rev_none"}).json["code"] == (
        "revision_unknown"
    )


def test_a_path_that_begins_with_the_versions_letters_is_kept_whole(own_gate: Gate) -> None:
    routes = (route("a", "/v1x/{id}", "GET"), route("b", "/plain", "GET"))
    only = version("v1", revision("rev_1", pool(own_gate.rest.port), routes=routes))
    short = version("v", revision("rev_2", pool(own_gate.rest.port), routes=routes))
    publish(own_gate, service("/shop", only), service("/inn", only, short, default_version="v1"))
    for path in ("/shop/v1x/7", "/shop/v1/v1x/7", "/inn/v1x/7", "/inn/v/v1x/7"):
        assert own_gate.call(path).json["path"] == "/v1x/7", path
    for path in ("/shop/plain", "/shop/v1/plain", "/inn/v/plain", "/inn/v1/plain", "/inn/plain"):
        assert own_gate.call(path).json["path"] == "/plain", path


def test_a_version_whose_name_begins_like_the_defaults(own_gate: Gate) -> None:
    routes = (route("b", "/plain/{id}", "GET"),)
    one, two = (version(name, revision(f"rev_{name}", pool(own_gate.rest.port), routes=routes)) for name in ("v1", "v"))
    publish(own_gate, service("/inn", one, two, default_version="v1"))
    for path, wanted in (("/inn/plain/1", "v1"), ("/inn/v1/plain/1", "v1"), ("/inn/v/plain/1", "v")):
        assert own_gate.call(path).headers["x-passgate-revision"] == f"rev_{wanted}", path
    assert own_gate.call("/inn/v1/none").status == 404


def test_nobody_else_may_have_the_other_place(own_gate: Gate) -> None:
    routes = (route("b", "/plain", "GET"),)
    one = version("v1", revision("rev_1", pool(own_gate.rest.port), routes=routes))
    with pytest.raises(UncompilableError, match="share the path /inn/v1"):
        publish(own_gate, service("/inn", one), service("/inn/v1", one))
