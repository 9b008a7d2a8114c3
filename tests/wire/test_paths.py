"""Which path leads where; no spelling of a path gets around what it asks for."""

import http.client
import json

import pytest

from wire.rig import Answer, Gate


def raw_call(gate: Gate, target: str) -> Answer:
    """A request target exactly as written."""
    connection = http.client.HTTPConnection("127.0.0.1", gate.layout.port, timeout=15)
    try:
        connection.putrequest("GET", target, skip_accept_encoding=True)
        connection.endheaders()
        response = connection.getresponse()
        return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
    finally:
        connection.close()


@pytest.mark.parametrize(
    "target",
    [
        "/orders",
        "/orders/",
        "/orders?x=1",
        "/orders/1",
        "//orders/1",
        "/./orders/1",
        "/%6frders/1",
        "/open/../orders/1",
        "/open/%2e%2e/orders/1",
        "/open/.%2E/orders/1",
        "/open\\..\\orders\\1",
        "/open/x/../../orders/1",
        "/open/..%2forders/1",
        "/open/..%5corders/1",
        "/open/..;/orders/1",
    ],
)
def test_no_spelling_reaches_a_protected_service_without_a_token(gate: Gate, target: str) -> None:
    seen = len(gate.rest.seen)
    assert raw_call(gate, target).status in {400, 401}
    assert len(gate.rest.seen) == seen


@pytest.mark.parametrize("target", ["/ordersX", "/orders.", "/orders%20", "/ORDERS/1", "/order", "/v1", "/healthzz"])
def test_a_path_that_only_begins_alike_is_no_ones(gate: Gate, target: str) -> None:
    answer = raw_call(gate, target)
    assert (answer.status, answer.json["code"]) == (404, "route_not_found")


def test_an_unknown_path_is_404_without_asking_for_a_token(gate: Gate) -> None:
    assert gate.call("/nothing/here").status == 404
    assert gate.call("/nothing/here", "junk").status == 404


def test_the_longest_base_path_wins_in_every_order(own_gate: Gate) -> None:
    shop = own_gate.service("/shop", access="public")
    admin = own_gate.service("/shop/admin", access="subscription")
    deep = own_gate.service("/shop/admin/health", access="public")
    for services in ((shop, admin, deep), (deep, admin, shop), (admin, shop, deep)):
        own_gate.publish(own_gate.snapshot(*services))
        assert own_gate.call("/shop/1").json["path"] == "/1"
        assert own_gate.call("/shop/admin/health/x").json["path"] == "/x"
        assert own_gate.call("/shop/administrator").json["path"] == "/administrator"
        for target in ("/shop/admin", "/shop/admin/1", "/shop/%61dmin/1", "/shop//admin/1", "/shop/x/../admin"):
            assert raw_call(own_gate, target).status == 401, target


@pytest.mark.parametrize(
    ("strip", "prefix", "target", "wanted"),
    [
        (True, "", "/orders", "/"),
        (True, "", "/orders?a=1", "/?a=1"),
        (True, "", "/orders/1/2?a=1", "/1/2?a=1"),
        (True, "/api/v2", "/orders", "/api/v2"),
        (True, "/api/v2", "/orders/1", "/api/v2/1"),
        (False, "", "/orders/1", "/orders/1"),
        (False, "/api", "/orders", "/api/orders"),
        (False, "/api", "/orders/1", "/api/orders/1"),
    ],
)
def test_the_base_path_is_rewritten(own_gate: Gate, strip: bool, prefix: str, target: str, wanted: str) -> None:  # noqa: FBT001  # a column of the table
    service = own_gate.service("/orders", access="public", strip_base_path=strip, path_prefix=prefix)
    own_gate.publish(own_gate.snapshot(service))
    assert own_gate.call(target).json["path"] == wanted


def test_the_upstream_sees_its_own_host_unless_told_another(own_gate: Gate) -> None:
    port = own_gate.rest.port
    for host, wanted in ((None, f"127.0.0.1:{port}"), ("shop.example", "shop.example")):
        own_gate.publish(own_gate.snapshot(own_gate.service("/open", access="public", host_header=host)))
        assert own_gate.call("/open/1").json["headers"]["host"] == wanted


@pytest.mark.parametrize("path", ["/api/v1/teams", "/api", "/oauth2/token", "/.well-known/jwks.json", "/console/x"])
def test_the_gates_own_paths_lead_to_control(gate: Gate, path: str) -> None:
    answer = gate.call(path)
    assert (answer.status, answer.json["upstream"]) == (200, "control")


def test_home_leads_to_the_console_by_whatever_name_one_came(gate: Gate) -> None:
    answer = gate.call("/")
    assert (answer.status, answer.headers["location"]) == (302, "/console/")


def test_health_is_the_gates_and_readiness_the_workers(gate: Gate) -> None:
    assert gate.call("/healthz").json == {"status": "ok"}
    assert json.loads(gate.call("/readyz").body)["upstream"].startswith("worker")
