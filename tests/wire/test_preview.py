"""What a preview says of a call is what the real Envoy does with it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from passgate.contracts.gateway_snapshot import PlanRate
from passgate.contracts.published_service import PublishedService
from passgate.contracts.service_policy import (
    AccessPolicy,
    AddressPolicy,
    BodyPolicy,
    ClaimCondition,
    CorsPolicy,
    FaultPolicy,
    QueryPolicy,
    ResponseCachePolicy,
)
from passgate.gateway.compile.route_policies import RoutePolicies
from passgate.gateway.preview.call import Call, matched_host, matched_path
from passgate.gateway.preview.finding import named_host, service_at
from passgate.gateway.preview.rule import Rule, asked
from passgate.gateway.preview.walk import Walk, walk
from wire.published import PUBLIC, TOKEN, pool, publish, revision, route, service, simple, version
from wire.rig import Answer, Gate

APP = "https://app.example"
ROUTES = (
    route("all", "/", "GET"),
    route("pets", "/pets", "GET", "POST"),
    route("pet", "/pets/{id}", "GET", "DELETE"),
    route("mine", "/pets/mine", "GET"),
    route("photo", "/pets/{id}/photos/{photo}.jpg", "GET", rewrite="/images/{photo}"),
    route("files", "/files/{path*}", rewrite="/store/{path}"),
    route("small", "/small", "POST"),
)
CONDITIONS = (
    ClaimCondition(claim="address.country", values=("FI", "SE")),
    ClaimCondition(claim="level", values=("3",)),
)


@dataclass(frozen=True)
class Claims:
    """The caller of a test: app_one has subscribed to the orders alone."""

    claims: Mapping[str, Any] | None

    def rules(self, asked_of: PublishedService, policies: RoutePolicies) -> Iterable[Rule]:
        if self.claims is None:
            yield Rule("token", "refuses", "None.", "token_missing", 401)
        elif policies.access.who == "subscription":
            subscribed = (asked_of.id, self.claims["client_id"]) == ("svc_orders", "app_one")
            yield asked("subscription", passed=subscribed, text="", code="subscription_missing", status=403)

    def rates(self, asked_of: PublishedService) -> Iterable[PlanRate]:
        del asked_of
        return ()


def _services(gate: Gate) -> tuple[PublishedService, ...]:
    up = pool(gate.rest.port, path_prefix="/up")
    plain = [revision(f"rev_{name}", up) for name in ("a", "b", "c")]
    cors = CorsPolicy(origins=(APP,), methods=("GET",))
    shop = revision("rev_shop", up, routes=ROUTES, policies=(BodyPolicy(max_bytes=10, routes=("small",)),))
    named = revision("rev_named", up, routes=(route("one", "/one", "GET"),))
    by_host = (version("v1", plain[0], hosts=("one.example",)), version("v2", plain[1], hosts=("*.two.example",)))
    return (
        simple(gate, "/orders", AccessPolicy()),
        simple(gate, "/other", AccessPolicy()),
        simple(gate, "/orders/deep", TOKEN, strip_base_path=False),
        service("/shop", version("v1", shop)),
        service("/paths", version("v1", status="retired", successor="v2"), version("v2", plain[0])),
        service("/heads", version("v1", plain[0]), version("v2", plain[1]), selection="header", default_version="v1"),
        service("/hosts", *by_host, selection="host", default_version="v2"),
        service("", version("v1", plain[2]), hosts=("api.shop.example",), id="svc_host"),
        simple(gate, "/scoped", AccessPolicy(who="token", scopes=("a", "b"))),
        simple(gate, "/roles", AccessPolicy(who="token", roles=("admin", "auditor"))),
        simple(gate, "/claims", AccessPolicy(who="token", claims=CONDITIONS)),
        simple(gate, "/out", TOKEN, AddressPolicy(allow=("10.0.0.0/8",))),
        simple(gate, "/in", PUBLIC, AddressPolicy(allow=("127.0.0.0/8",)), QueryPolicy(remove=("debug",))),
        simple(gate, "/pages", TOKEN, cors),
        service("/fenced", version("v1", named), policies=(TOKEN, cors, AddressPolicy(allow=("10.0.0.0/8",)))),
        service("/home", version("v1", named), policies=(TOKEN, cors, AddressPolicy(allow=("127.0.0.0/8",)))),
        simple(gate, "/broken", PUBLIC, FaultPolicy(abort_status=418, abort_percent=100)),
    )


@pytest.fixture(scope="module")
def previewed(gate: Gate) -> tuple[Gate, tuple[PublishedService, ...]]:
    services = _services(gate)
    publish(gate, *services, subscriptions=gate.snapshot(subscribed=(("svc_orders", "app_one"),)).subscriptions)
    return gate, services


def _previewed(services: tuple[PublishedService, ...], call: Call, claims: Mapping[str, Any] | None) -> Walk:
    found = service_at(services, named_host(services, call.host), call.path)
    if found is None:
        return Walk((Rule("path", "refuses", "Nothing.", "route_not_found", 404),))
    return walk(found, call, Claims(claims))


GOOD = {"address": {"country": "SE"}, "level": 3}
PREFLIGHT = {"origin": APP, "access-control-request-method": "GET"}


@pytest.mark.parametrize(
    ("request_line", "headers", "claims", "wanted"),
    [
        ("GET /orders/1", {}, {}, 200),
        ("GET /orders", {}, {}, 200),
        ("GET /orders/1", {}, None, "token_missing"),
        ("GET /orders/1", {}, {"client_id": "app_two"}, "subscription_missing"),
        ("GET /other/1", {}, {}, "subscription_missing"),
        ("GET /orders/deep/1", {}, {"client_id": "app_two"}, 200),
        ("GET /orders/./x/../7//8", {}, {}, 200),
        ("GET /%6frders/%37", {}, {}, 200),
        ("GET /ordersX", {}, {}, "route_not_found"),
        ("GET /nothing", {}, None, "route_not_found"),
        ("GET /shop", {}, None, 200),
        ("GET /shop/", {}, None, 200),
        ("PUT /shop/pets", {}, None, "method_not_allowed"),
        ("DELETE /shop/pets/mine", {}, None, 200),
        ("PUT /shop/pets/mine", {}, None, "method_not_allowed"),
        ("GET /shop/pets/7/photos/a.jpg", {}, None, 200),
        ("GET /shop/pets/7/photos/.jpg", {}, None, "route_not_found"),
        ("GET /shop/pets/", {}, None, "route_not_found"),
        ("PATCH /shop/files/a/b", {}, None, 200),
        ("POST /shop/small 5", {}, None, 200),
        ("POST /shop/small 11", {}, None, "request_too_large"),
        ("GET /paths/v1/1", {}, None, "version_retired"),
        ("GET /paths/v2/1", {}, None, 200),
        ("GET /paths/1", {}, None, "version_unknown"),
        ("GET /heads/1", {}, None, 200),
        ("GET /heads/1", {"x-api-version": "v2"}, None, 200),
        ("GET /heads/1", {"x-api-version": "v3"}, None, "version_unknown"),
        ("GET /heads/1", {"x-passgate-revision": "rev_b"}, None, "revision_unknown"),
        ("GET /hosts/1", {"host": "one.example:80"}, None, 200),
        ("GET /hosts/1", {"host": "EU.two.example"}, None, 200),
        ("GET /hosts/1", {"host": "two.example"}, None, 200),
        ("GET /orders/1", {"host": "one.example"}, {}, "route_not_found"),
        ("GET /v1/models", {"host": "api.shop.example"}, None, 200),
        ("GET /scoped/1", {}, {"scope": "b x a"}, 200),
        ("GET /scoped/1", {}, {"scope": ["a", "b"]}, 200),
        ("GET /scoped/1", {}, {"scope": "a\tb"}, "scope_missing"),
        ("GET /scoped/1", {}, {"scope": None}, "scope_missing"),
        ("GET /roles/1", {}, {"roles": ["x", "auditor"]}, 200),
        ("GET /roles/1", {}, {"roles": []}, "role_missing"),
        ("GET /roles/1", {}, {}, "role_missing"),
        ("GET /claims/1", {}, GOOD, 200),
        ("GET /claims/1", {}, {**GOOD, "level": "3"}, 200),
        ("GET /claims/1", {}, {**GOOD, "level": True}, "claim_missing"),
        ("GET /claims/1", {}, {**GOOD, "address": {"country": ["DE", "FI"]}}, 200),
        ("GET /claims/1", {}, {**GOOD, "address": "FI"}, "claim_missing"),
        ("GET /claims/1", {}, None, "token_missing"),
        ("GET /out/1", {}, {}, "address_refused"),
        ("GET /out/1", {}, None, "address_refused"),
        ("GET /in/1?debug=1", {}, None, 200),
        ("OPTIONS /pages/1", PREFLIGHT, None, 200),
        ("OPTIONS /pages/1", {}, None, "token_missing"),
        ("OPTIONS /home/one", PREFLIGHT, None, 200),
        ("OPTIONS /fenced/one", PREFLIGHT, None, "address_refused"),
        ("GET /fenced/one", {}, None, "address_refused"),
        ("GET /broken/1", {}, None, 418),
    ],
)
def test_the_preview_says_what_the_gate_does(
    previewed: tuple[Gate, tuple[PublishedService, ...]],
    request_line: str,
    headers: dict[str, str],
    claims: dict[str, Any] | None,
    wanted: int | str,
) -> None:
    gate, services = previewed
    method, path, *size = request_line.split(" ")
    whole = gate.issuer.claims(**claims) if claims is not None else None
    token = gate.issuer.token(**claims) if claims is not None else None
    body = b"x" * int(size[0]) if size else None
    answer = gate.call(path, token, method=method, headers=headers, body=body)
    call = Call(
        method=method,
        path=matched_path(path),
        host=matched_host(headers.get("host")),
        headers=headers,
        address="127.0.0.1",
        body_bytes=len(body or b""),
    )
    told = _previewed(services, call, whole)
    if isinstance(wanted, str):
        assert (answer.json["code"], told.refusing and told.refusing.code) == (wanted, wanted)
        assert told.refusing is not None
        assert told.refusing.status == answer.status
    elif wanted == 200:
        assert told.refusing is None, told.refusing
        _require_same_place(answer, told)
    else:
        assert (answer.status, told.refusing and told.refusing.status) == (wanted, wanted)


def _require_same_place(answer: Answer, told: Walk) -> None:
    assert answer.status == 200, answer.body
    assert told.revision is not None
    if not answer.body:
        return  # a preflight, which the gate answers
    assert answer.headers["x-passgate-revision"] == told.revision.id
    (upstream,) = [rule.text for rule in told.rules if rule.name == "upstream"]
    assert f" as {answer.json['path'].partition('?')[0]}." in upstream


def test_revisions_that_would_decide_otherwise_are_named(own_gate: Gate) -> None:
    up = pool(own_gate.rest.port)
    old = revision("rev_old", up, weight=95, routes=(route("list", "/items", "GET"),))
    new = revision("rev_new", up, weight=5, routes=(route("more", "/more", "GET"),)).model_copy(update={"number": 2})
    shop = service("/shop", version("v1", old, new))
    told = _previewed((shop,), Call("GET", "/shop/items"), None)
    said = [rule.text for rule in told.rules if rule.name == "revision"]
    assert said == [
        "One of these revisions answers: 1 (95 %), 2 (5 %). The rules are those of the first.",
        "By revision 2: The service has no such path.",
    ]
    publish(own_gate, shop)
    assert {own_gate.call("/shop/items").status for _ in range(120)} == {200, 404}


def test_no_kept_answer_is_promised_where_calls_are_copied(own_gate: Gate) -> None:
    up, copy = pool(own_gate.rest.port), pool(own_gate.rest.port, name="copy")
    told = []
    for mirror_pool in (None, "copy"):
        shop = service("/shop", version("v1", revision("rev_1", up, copy, mirror_pool=mirror_pool)))
        shop = shop.model_copy(update={"policies": (PUBLIC, ResponseCachePolicy(default_ttl_seconds=60))})
        publish(own_gate, shop)
        by_worker = own_gate.call("/shop/1").json["upstream"].startswith("worker")
        rules = {rule.name for rule in _previewed((shop,), Call("GET", "/shop/1"), None).rules}
        told.append((rules & {"response_cache", "mirror"}, by_worker))
    assert told == [({"response_cache"}, True), ({"mirror"}, False)]
