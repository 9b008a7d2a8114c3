"""Any valid snapshot compiles, always to the same, and to something that Envoy takes."""

import asyncio
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from envoy_validation import inlined, validate
from goldens.golden_files import layout_at
from passgate.contracts.gateway_snapshot import RESERVED_PREFIXES, GatewaySnapshot, GatewaySubscription
from passgate.contracts.service_policy import AccessPolicy, TimeoutPolicy
from passgate.contracts.upstream_pool import PoolEndpoint, PoolTls, UpstreamPool
from passgate.gateway.compile.deny import DenySplit, compile_deny
from passgate.gateway.compile.resources import Resources, compile_resources
from passgate.gateway.envoy import names
from passgate.gateway.envoy.bootstrap import bootstrap
from passgate.gateway.envoy.ca_bundle import find_ca_bundle
from wire.published import revision, service, version
from wire.rig import envoy_binary, message_factory
from wire.tokens import Issuer

_SEGMENT = st.from_regex(r"[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,7}", fullmatch=True)
_BASE_PATH = st.lists(_SEGMENT, min_size=1, max_size=4).map(lambda parts: "/" + "/".join(parts))
_FREE_PATH = _BASE_PATH.filter(lambda path: "/" + path.split("/")[1] not in RESERVED_PREFIXES)
_HOST = st.one_of(
    st.ip_addresses(v=4).map(str), st.ip_addresses(v=6).map(str), st.just("api.example"), st.just("b.internal")
)
_ENDPOINT = st.builds(PoolEndpoint, host=_HOST, port=st.integers(1, 65_535), weight=st.integers(1, 128))
_POOL = st.builds(
    UpstreamPool,
    endpoints=st.lists(_ENDPOINT, min_size=1, max_size=3).map(tuple),
    tls=st.one_of(st.none(), st.just(PoolTls())),
    path_prefix=st.one_of(st.just(""), _BASE_PATH),
    host_header=st.one_of(st.none(), st.just("shop.example"), st.just("shop.example:8443"), st.just("10.1.2.3")),
    connect_timeout_ms=st.integers(50, 60_000),
)
_ACCESS = st.builds(AccessPolicy, who=st.sampled_from(["public", "token", "subscription"]))
_BOUNDS = st.builds(TimeoutPolicy, total_ms=st.integers(0, 3_600_000))
_IDS = st.text("abcdefghij_0123456789", min_size=1, max_size=12)


@st.composite
def snapshots(draw: st.DrawFn) -> GatewaySnapshot:
    paths = draw(st.lists(_FREE_PATH, max_size=6, unique=True))
    services = tuple(
        service(
            path,
            version("v1", revision("rev_1", draw(_POOL))),
            id=f"svc_{number}",
            strip_base_path=draw(st.booleans()),
            policies=(draw(_ACCESS), draw(_BOUNDS)),
        )
        for number, path in enumerate(paths)
    )
    pairs = st.builds(GatewaySubscription, service_id=_IDS, application_id=st.text(max_size=20))
    subscriptions = tuple(draw(st.lists(pairs, max_size=5)))
    keys = (Issuer().public,) if draw(st.booleans()) else ()
    whole = GatewaySnapshot(version=1, issuer="https://i", audience="a", keys=keys, published=services)
    return whole.model_copy(update={"subscriptions": subscriptions})


def _all(snapshot: GatewaySnapshot, folder: Path) -> Resources:
    resources = compile_resources(snapshot, layout_at(folder, find_ca_bundle()), str)
    for url, named in compile_deny(DenySplit(base=frozenset({"jti"}))).items():
        resources[url] |= named
    return resources


@settings(max_examples=60, deadline=None)
@given(snapshot=snapshots())
def test_every_resource_fits_envoys_messages_and_is_always_the_same(snapshot: GatewaySnapshot) -> None:
    folder = Path("/run/passgate")
    resources = _all(snapshot, folder)
    for url, named in resources.items():
        for name, form in named.items():
            assert form["name"] == name
            message_factory().pack({"@type": url, **form})
    shuffled = snapshot.model_copy(
        update={"published": snapshot.published[::-1], "subscriptions": snapshot.subscriptions[::-1]}
    )
    again = _all(shuffled, folder)
    assert again[names.ROUTES] == resources[names.ROUTES]
    assert again[names.EXTENSION] == resources[names.EXTENSION]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(snapshot=snapshots())
def test_envoy_holds_every_snapshot_valid(tmp_path_factory: pytest.TempPathFactory, snapshot: GatewaySnapshot) -> None:
    folder = tmp_path_factory.mktemp("v")
    config = inlined(bootstrap(layout_at(folder, find_ca_bundle())), _all(snapshot, folder))
    assert asyncio.run(validate(envoy_binary(), config)) is None
