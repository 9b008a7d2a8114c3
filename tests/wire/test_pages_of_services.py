"""A page of an upstream at the gate's own host is no page of the console's origin."""

import http.client

import pytest

from passgate.contracts.service_policy import HeadersPolicy
from wire.published import PUBLIC, pool, publish, revision, service, simple, version
from wire.rig import Gate

POLICY = "content-security-policy"


def policies_at(gate: Gate, path: str, host: str = "gate.example", token: str | None = None) -> list[str]:
    connection = http.client.HTTPConnection("127.0.0.1", gate.layout.port, timeout=15)
    headers = {"host": host} | ({"authorization": f"Bearer {token}"} if token else {})
    try:
        connection.request("GET", path, headers=headers)
        return connection.getresponse().headers.get_all(POLICY) or []
    finally:
        connection.close()


@pytest.mark.parametrize(
    "changes",
    [
        (),
        (HeadersPolicy(kind="response_headers", remove=(POLICY,)),),
        (HeadersPolicy(kind="response_headers", set={POLICY: "default-src *"}),),
        (HeadersPolicy(kind="response_headers", add={POLICY: "sandbox allow-same-origin"}),),
    ],
    ids=["no-policy", "removed", "set", "added"],
)
def test_a_page_at_the_gates_own_host_is_apart_whatever_its_owner_says(
    own_gate: Gate, changes: tuple[HeadersPolicy, ...]
) -> None:
    publish(own_gate, simple(own_gate, "/orders", PUBLIC, *changes))
    apart = policies_at(own_gate, "/orders/page")[-1]
    assert apart.startswith("sandbox ")
    assert "allow-same-origin" not in apart


def test_a_page_at_a_host_of_its_own_is_the_owners_affair(own_gate: Gate) -> None:
    shop = simple(own_gate, "/shop", hosts=("shop.example",))
    only = version("v2", revision("rev_2", pool(own_gate.rest.port)), hosts=("two.example",))
    by_host = service("/orders", only, selection="host", default_version="v2")
    publish(own_gate, shop, by_host)
    assert policies_at(own_gate, "/shop/page", "shop.example") == []
    assert policies_at(own_gate, "/orders/page", "two.example") == []
    assert policies_at(own_gate, "/orders/page", "elsewhere.example")


def test_a_vendors_page_is_apart_as_well(gate: Gate) -> None:
    assert policies_at(gate, "/v1/models", token=gate.issuer.token())[-1].startswith("sandbox ")
