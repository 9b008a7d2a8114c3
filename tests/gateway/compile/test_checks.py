from typing import Any

import pytest

from passgate.contracts.gateway_snapshot import RESERVED_PREFIXES, GatewaySnapshot
from passgate.contracts.published_service import PublishedService
from passgate.contracts.service_policy import UpstreamTokenPolicy
from passgate.gateway.compile.checks import check_snapshot
from passgate.gateway.compile.errors import UncompilableError
from passgate.gateway.compile.names_and_paths import check_base_path
from wire.published import pool, revision, service, version

POOL = "published[0].versions[0].revisions[0].pools[default]"


def _service(base_path: str = "/orders", service_id: str = "svc_1", **of_pool: Any) -> PublishedService:
    only = revision("rev_1", pool(80, **of_pool))
    return service(base_path, version("v1", only), id=service_id)


def _snapshot(*services: PublishedService, issuer: str = "i", audience: str = "a") -> GatewaySnapshot:
    return GatewaySnapshot(version=1, issuer=issuer, audience=audience, published=services)


@pytest.mark.parametrize("path", ["/orders", "/shop/v2", "/a.b/~c-d_e", "/v10", "/apis", "/consoles/1"])
def test_a_good_base_path_passes(path: str) -> None:
    check_base_path(path)


@pytest.mark.parametrize(
    "path",
    ["", "/", "orders", "/orders/", "/a//b", "/a/../b", "/./a", "/a%2fb", "/a b", "/a?b", "/a;b", "/ä", "/a\n", "/a*"],
)
def test_a_malformed_base_path_is_refused(path: str) -> None:
    with pytest.raises(UncompilableError, match="must look like"):
        check_base_path(path)


@pytest.mark.parametrize("prefix", RESERVED_PREFIXES)
def test_the_gates_own_paths_are_refused(prefix: str) -> None:
    for path in (prefix, f"{prefix}/deeper"):
        with pytest.raises(UncompilableError, match=r"is the gate's own"):
            check_base_path(path)


@pytest.mark.parametrize(
    ("snapshot", "field"),
    [
        (_snapshot(issuer=""), "issuer"),
        (_snapshot(audience=""), "issuer"),
        (_snapshot(_service(), _service(service_id="svc_2")), "published[1].base_path"),
        (_snapshot(_service(), _service("/other")), "published[1].id"),
        (_snapshot(_service(service_id="a|b")), "published[0].id"),
        (_snapshot(_service(service_id="")), "published[0].id"),
        (_snapshot(_service(endpoints=())), f"{POOL}.endpoints"),
        (_snapshot(_service(path_prefix="api")), f"{POOL}.path_prefix"),
        (_snapshot(_service(path_prefix="/api/")), f"{POOL}.path_prefix"),
        (_snapshot(_service(host_header="a b")), f"{POOL}.endpoints"),
        (_snapshot(_service(host_header="%REQ(authorization)%")), f"{POOL}.endpoints"),
    ],
)
def test_what_would_open_a_hole_is_refused_by_field(snapshot: GatewaySnapshot, field: str) -> None:
    with pytest.raises(UncompilableError) as refused:
        check_snapshot(snapshot)
    assert refused.value.field == field


@pytest.mark.parametrize("audience", ["a", "https://a/"])
def test_a_token_for_an_upstream_is_none_for_the_gate(audience: str) -> None:
    policy = UpstreamTokenPolicy(audience=audience)
    replayable = PublishedService(id="svc_1", name="S", team_id="team_1", base_path="/orders", policies=(policy,))
    with pytest.raises(UncompilableError) as refused:
        check_snapshot(_snapshot(replayable))
    assert refused.value.field == "published[0].policies"
