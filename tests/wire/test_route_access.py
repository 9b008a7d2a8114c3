"""What a route asks of a token: scopes, roles, claims; and what is missing refuses."""

from typing import Any

import pytest

from passgate.contracts.service_policy import AccessPolicy, AddressPolicy, ClaimCondition
from wire.foreign import ForeignIssuer
from wire.published import TOKEN, pool, publish, revision, route, service, simple, version
from wire.rig import Gate

SCOPED = AccessPolicy(who="token", scopes=("orders:read", "orders:write"))
ROLES = AccessPolicy(who="token", roles=("admin", "auditor"))
CLAIMS = AccessPolicy(
    who="token",
    claims=(ClaimCondition(claim="address.country", values=("FI", "SE")), ClaimCondition(claim="level", values=("3",))),
)
GOOD_CLAIMS = {"address": {"country": "SE"}, "level": 3}


@pytest.fixture(scope="module")
def asking(gate: Gate) -> Gate:
    rights = {"/scoped": SCOPED, "/roles": ROLES, "/claims": CLAIMS}
    publish(gate, *(simple(gate, path, policy) for path, policy in rights.items()))
    return gate


@pytest.mark.parametrize(
    ("path", "claims", "code"),
    [
        ("/scoped", {"scope": "orders:read orders:write"}, None),
        ("/scoped", {"scope": "x orders:write orders:read y"}, None),
        ("/scoped", {"scope": ["orders:read", "orders:write"]}, None),
        ("/scoped", {"scope": "orders:read"}, "scope_missing"),
        ("/scoped", {"scope": "orders:readX orders:write"}, "scope_missing"),
        ("/scoped", {"scope": "orders:read\torders:write"}, "scope_missing"),
        ("/scoped", {"scope": None}, "scope_missing"),
        ("/scoped", {"scope": {"orders:read": 1}}, "scope_missing"),
        ("/roles", {"roles": ["viewer", "auditor"]}, None),
        ("/roles", {"roles": "admin"}, None),
        ("/roles", {"roles": ["viewer"]}, "role_missing"),
        ("/roles", {"roles": []}, "role_missing"),
        ("/roles", {}, "role_missing"),
        ("/claims", GOOD_CLAIMS, None),
        ("/claims", {**GOOD_CLAIMS, "address": {"country": ["DE", "FI"]}}, None),
        ("/claims", {**GOOD_CLAIMS, "level": "3"}, None),
        ("/claims", {**GOOD_CLAIMS, "address": {"country": "DE"}}, "claim_missing"),
        ("/claims", {**GOOD_CLAIMS, "address": {}}, "claim_missing"),
        ("/claims", {"level": 3}, "claim_missing"),
        ("/claims", {"address": GOOD_CLAIMS["address"]}, "claim_missing"),
    ],
)
def test_a_token_needs_what_the_route_asks_for(asking: Gate, path: str, claims: dict[str, Any], code: str) -> None:
    answer = asking.call(f"{path}/1", asking.issuer.token(**claims))
    assert answer.status == (200 if code is None else 403), answer.body
    if code is not None:
        assert answer.json["code"] == code
        assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]


def test_what_is_missing_is_named(asking: Gate) -> None:
    answer = asking.call("/scoped/1", asking.issuer.token())
    assert answer.json["detail"].endswith("it asks for: orders:read orders:write")
    assert 'scope="orders:read orders:write"' in answer.headers["www-authenticate"]
    answer = asking.call("/claims/1", asking.issuer.token())
    assert "the claim address.country with one of: FI, SE" in answer.json["detail"]


def test_the_nearest_access_holds_and_conditions_add_up(own_gate: Gate) -> None:
    routes = (route("open", "/open", "GET"), route("closed", "/closed", "GET"))
    tier = AccessPolicy(who="token", claims=(ClaimCondition(claim="tier", values=("gold",)),))
    of_revision = (
        AccessPolicy(who="public", routes=("open",)),
        AccessPolicy(who="token", scopes=("write",), routes=("closed",)),
    )
    only = revision("rev_1", pool(own_gate.rest.port), routes=routes, policies=of_revision)
    publish(own_gate, service("/orders", version("v1", only), policies=(tier,)))
    token = own_gate.issuer.token
    assert own_gate.call("/orders/open").status == 200
    assert own_gate.call("/orders/closed").status == 401
    assert own_gate.call("/orders/closed", token(tier="gold")).status == 200
    assert own_gate.call("/orders/closed", token()).json["code"] == "claim_missing"
    assert own_gate.call("/orders/closed", token(tier="gold", scope="read")).json["code"] == "scope_missing"


def test_a_service_without_an_access_policy_asks_for_a_subscription(own_gate: Gate) -> None:
    publish(own_gate, service("/orders", version("v1", revision("rev_1", pool(own_gate.rest.port))), policies=()))
    assert own_gate.call("/orders/1", own_gate.issuer.token()).status == 200
    assert own_gate.call("/orders/1", own_gate.issuer.token(client_id="app_two")).json["code"] == "subscription_missing"


def test_addresses(own_gate: Gate) -> None:
    publish(
        own_gate,
        simple(own_gate, "/in", TOKEN, AddressPolicy(allow=("127.0.0.0/8",))),
        simple(own_gate, "/out", TOKEN, AddressPolicy(allow=("10.0.0.0/8", "fd00::/8"))),
        simple(own_gate, "/denied", TOKEN, AddressPolicy(allow=("127.0.0.0/8",), deny=("127.0.0.1/32",))),
    )
    token = own_gate.issuer.token()
    spoofed = {"x-forwarded-for": "10.1.2.3"}
    assert own_gate.call("/in/1", token).status == 200
    for path in ("/out/1", "/denied/1"):
        answer = own_gate.call(path, token, headers=spoofed)
        assert (answer.status, answer.json["code"]) == (403, "address_refused")


@pytest.mark.parametrize("scope", ["scope", "scp"])
def test_tokens_of_trusted_issuers_meet_the_same_rules(own_gate: Gate, scope: str) -> None:
    foreign = ForeignIssuer()
    publish(own_gate, simple(own_gate, "/scoped", SCOPED), issuers=(foreign.trusted(),))
    assert own_gate.call("/scoped/1", foreign.token(**{scope: "orders:read orders:write"})).status == 200
    assert own_gate.call("/scoped/1", foreign.token()).json["code"] == "scope_missing"
