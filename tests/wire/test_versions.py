"""Versions side by side, revisions by weight and by name, and the way out of a version."""

from collections import Counter

import pytest

from wire.published import pool, publish, revision, route, service, simple, version
from wire.rig import Answer, Gate, wait_until

DEPRECATED, SUNSET = 1_700_000_000, 1_800_000_000


def _path(answer: Answer) -> str:
    assert answer.status == 200, answer.body
    return str(answer.json["path"])


def _code(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.json["code"]


def test_versions_by_path_with_a_default(own_gate: Gate) -> None:
    one, two = (
        version(name, revision(f"rev_{name}", pool(own_gate.rest.port, path_prefix=f"/{name}")))
        for name in ("v1", "v2")
    )
    publish(own_gate, service("/orders", one, two, default_version="v2"))
    assert _path(own_gate.call("/orders/v1/7?a=b")) == "/v1/7?a=b"
    assert _path(own_gate.call("/orders/v2/7")) == "/v2/7"
    assert _path(own_gate.call("/orders/7")) == "/v2/7"
    assert _path(own_gate.call("/orders/v1")) == "/v1"
    assert _path(own_gate.call("/orders/v10/x")) == "/v2/v10/x"
    assert own_gate.call("/orders/v1/7").headers["x-passgate-revision"] == "rev_v1"
    assert own_gate.call("/ordersX").status == 404


def test_versions_by_header(own_gate: Gate) -> None:
    one, two = (version(name, revision(f"rev_{name}", pool(own_gate.rest.port))) for name in ("v1", "v2"))
    publish(
        own_gate,
        service("/orders", one, two, selection="header", default_version="v1"),
        service("/strict", one, two, selection="header", default_version=None),
    )

    def asked(path: str, name: str | None) -> Answer:
        return own_gate.call(path, headers={"x-api-version": name} if name else {})

    assert asked("/orders/1", None).headers["x-passgate-revision"] == "rev_v1"
    assert asked("/orders/1", "v2").headers["x-passgate-revision"] == "rev_v2"
    assert _code(asked("/orders/1", "v3")) == (404, "version_unknown")
    assert _code(asked("/strict/1", None)) == (404, "version_unknown")
    assert "v1, v2" in asked("/strict/1", None).json["detail"]


def test_hosts_belong_to_those_who_name_them(own_gate: Gate) -> None:
    def on_host(name: str, *hosts: str) -> object:
        return version(name, revision(f"rev_{name}", pool(own_gate.rest.port)), hosts=hosts)

    whole = service("", version("v1", revision("rev_1", pool(own_gate.rest.port))), hosts=("api.shop.example",))
    by_host = service(
        "/orders",
        on_host("v1", "one.example"),  # type: ignore[arg-type]  # a version
        on_host("v2", "two.example", "*.two.example"),  # type: ignore[arg-type]  # a version
        selection="host",
        default_version="v2",
    )
    publish(own_gate, whole, by_host)

    def asked(host: str, path: str = "/orders/1") -> Answer:
        return own_gate.call(path, headers={"host": host})

    assert asked("one.example:8080").headers["x-passgate-revision"] == "rev_v1"
    assert asked("EU.two.example").headers["x-passgate-revision"] == "rev_v2"
    assert asked("elsewhere.example").headers["x-passgate-revision"] == "rev_v2"
    assert asked("api.shop.example", "/v1/models").headers["x-passgate-revision"] == "rev_1"
    assert asked("one.example", "/console/").status == 404


def test_revisions_by_weight_and_by_name(own_gate: Gate) -> None:
    old, new, idle = (
        revision(f"rev_{name}", pool(own_gate.rest.port), weight=weight, routes=routes)
        for name, weight, routes in (
            ("old", 80, (route("list", "/items", "GET"),)),
            ("new", 20, (route("list", "/items", "GET"), route("more", "/more"))),
            ("idle", 0, ()),
        )
    )
    publish(own_gate, service("/shop", version("v1", old, new, idle)))
    seen = Counter(own_gate.call("/shop/items").headers["x-passgate-revision"] for _ in range(200))
    assert set(seen) == {"rev_old", "rev_new"}
    assert 15 <= seen["rev_new"] <= 75

    def asked(path: str, name: str) -> Answer:
        return own_gate.call(path, headers={"x-passgate-revision": name})

    assert {asked("/shop/items", "rev_new").headers["x-passgate-revision"] for _ in range(20)} == {"rev_new"}
    assert asked("/shop/anything", "rev_idle").status == 200
    assert _code(asked("/shop/items", "rev_gone")) == (404, "revision_unknown")
    assert _code(asked("/shop/more", "rev_old")) == (404, "route_not_found")
    statuses = Counter(own_gate.call("/shop/more").status for _ in range(200))
    assert 15 <= statuses[200] <= 75
    publish(own_gate, simple(own_gate))
    assert _code(asked("/orders/1", "rev_gone")) == (404, "revision_unknown")
    assert asked("/orders/1", "rev_1").status == 200


def test_the_way_out_of_a_version(own_gate: Gate) -> None:
    last = revision("rev_1", pool(own_gate.rest.port))
    leaving = {"deprecated_at": DEPRECATED, "sunset_at": SUNSET, "successor": "v2"}
    current = version("v2", revision("rev_2", pool(own_gate.rest.port)))
    publish(
        own_gate,
        service("/orders", version("v1", last, status="deprecated", **leaving), current, default_version="v2"),
        service("/gone", version("v1", status="retired", **leaving), current, default_version="v1"),
    )
    answer = own_gate.call("/orders/v1/1")
    assert answer.status == 200
    assert answer.headers["deprecation"] == f"@{DEPRECATED}"
    assert answer.headers["sunset"] == "Fri, 15 Jan 2027 08:00:00 GMT"
    assert answer.headers["link"] == '</orders/v2>; rel="successor-version"'
    assert "deprecation" not in own_gate.call("/orders/v2/1").headers
    for path in ("/gone/v1/1", "/gone/1"):
        gone = own_gate.call(path)
        assert _code(gone) == (410, "version_retired")
        assert gone.headers["content-type"] == "application/problem+json"
        assert "Its successor is v2, at /gone/v2." in gone.json["detail"]
        assert gone.headers["link"] == '</gone/v2>; rel="successor-version"'
    assert own_gate.call("/gone/v2/1").status == 200


ROUTES = (
    route("all", "/", "GET"),
    route("pets", "/pets", "GET", "POST"),
    route("pet", "/pets/{id}", "GET", "DELETE"),
    route("mine", "/pets/mine", "GET"),
    route("photo", "/pets/{id}/photos/{photo}.jpg", "GET", rewrite="/images/{photo}?pet={id}"),
    route("files", "/files/{path*}", rewrite="/store/{path}"),
    route("percent", "/50%25", "GET"),
)


@pytest.mark.parametrize(
    ("method", "path", "wanted"),
    [
        ("GET", "/shop", "/up"),
        ("GET", "/shop/", "/up/"),
        ("GET", "/shop/pets", "/up/pets"),
        ("POST", "/shop/pets?x=1", "/up/pets?x=1"),
        ("PUT", "/shop/pets", (405, "GET, POST")),
        ("GET", "/shop/pets/7", "/up/pets/7"),
        ("DELETE", "/shop/pets/mine", "/up/pets/mine"),
        ("PUT", "/shop/pets/mine", (405, "GET")),
        ("PUT", "/shop/", (405, "GET")),
        ("GET", "/shop/pets/mine", "/up/pets/mine"),
        ("GET", "/shop/pets/7/photos/a.jpg", "/up/images/a?pet=7"),
        ("GET", "/shop/pets/7/photos/.jpg", 404),
        ("GET", "/shop/pets/7/8", 404),
        ("GET", "/shop/pets/", 404),
        ("GET", "/shop/petsX", 404),
        ("PATCH", "/shop/files/a/b", "/up/store/a/b"),
        ("GET", "/shop/files", "/up/store/"),
        ("GET", "/shop/50%25", "/up/50%25"),
        ("GET", "/shop/other", 404),
    ],
)
def test_routes_by_template_and_method(routed: Gate, method: str, path: str, wanted: object) -> None:
    answer = routed.call(path, method=method)
    if isinstance(wanted, str):
        assert _path(answer) == wanted
    elif isinstance(wanted, tuple):
        assert (answer.status, answer.headers["allow"]) == wanted
        assert answer.json["code"] == "method_not_allowed"
    else:
        assert _code(answer) == (wanted, "route_not_found")


@pytest.fixture(scope="module")
def routed(gate: Gate) -> Gate:
    upstream = pool(gate.rest.port, path_prefix="/up")
    publish(gate, service("/shop", version("v1", revision("rev_1", upstream, routes=ROUTES))))
    return gate


def test_the_log_names_version_revision_and_route(routed: Gate) -> None:
    routed.call("/shop/pets/99")
    (line,) = wait_until(lambda: [line for line in routed.log_lines() if line.path == "/shop/pets/99"])
    assert (line.route, line.version_id, line.revision_id, line.route_id) == ("rest", "ver_v1", "rev_1", "pet")
    assert line.service_id == "svc_shop"


def test_a_service_of_hundreds_of_paths_is_taken(own_gate: Gate) -> None:
    """Envoy's own bound on the size of an expression would refuse the 405 of twenty paths, and the snapshot with it."""
    routes = tuple(route(f"r{one}", f"/collection-{one}/{{id}}/parts", "GET") for one in range(200))
    publish(own_gate, simple(own_gate, "/many", pools=(pool(own_gate.rest.port, path_prefix="/up"),), routes=routes))
    assert _path(own_gate.call("/many/collection-199/7/parts")) == "/up/collection-199/7/parts"
    answer = own_gate.call("/many/collection-150/7/parts", method="PUT")
    assert (answer.status, answer.headers["allow"]) == (405, "GET")
    assert own_gate.call("/many/collection-200/7/parts").status == 404
