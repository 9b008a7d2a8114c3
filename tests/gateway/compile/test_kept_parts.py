"""What earlier compilations and packings made saves time and changes nothing else."""

from pathlib import Path

import pytest

from goldens.golden_files import layout_at
from passgate.contracts.gateway_snapshot import GatewaySnapshot, GatewaySubscription, PlanRate
from passgate.contracts.published_service import PublishedService
from passgate.contracts.trusted_issuer import TrustedIssuer
from passgate.gateway.compile.errors import UncompilableError
from passgate.gateway.compile.kept_parts import KeptParts
from passgate.gateway.compile.resources import Resources, compile_resources
from passgate.gateway.envoy import names
from passgate.gateway.envoy.ca_bundle import find_ca_bundle
from passgate.gateway.snapshot_reader import SnapshotReader
from passgate.gateway.xds.packed import Packer
from wire.published import pool, revision, route, service, version
from wire.rig import message_factory
from wire.tokens import Issuer

LAYOUT = layout_at(Path("/run/passgate"), find_ca_bundle())
ORDERS, PETS = (
    service(base, version("v1", revision(f"rev_{number}", pool(9), routes=(route("one", "/{id}", "GET"),))))
    for number, base in enumerate(("/orders", "/orders/pets"))
)
CHANGED = service("/orders", version("v1", revision("rev_9", pool(9))))
RATED = (GatewaySubscription(service_id="svc_orders", application_id="a", rates=(PlanRate(calls=1, window="minute"),)),)
ISSUER = TrustedIssuer(
    id="iss_1", issuer="https://other", audiences=("a",), keys=(Issuer().public,), application_id="app_1"
)


def _snapshot(*services: PublishedService, **changes: object) -> GatewaySnapshot:
    whole = GatewaySnapshot(version=1, issuer="https://i", audience="a", published=services)
    return whole.model_copy(update=changes)


def _lists(resources: Resources) -> dict[str, object]:
    tree = resources[names.ROUTES][names.ROUTE_TABLE]["virtual_hosts"][0]["matcher"]["matcher_tree"]
    return {key: on_match["action"]["typed_config"] for key, on_match in tree["prefix_match_map"]["map"].items()}


def test_whatever_changes_the_outcome_is_that_of_a_fresh_compilation() -> None:
    kept, packer = KeptParts(), Packer(message_factory())
    steps = [
        _snapshot(ORDERS, PETS),
        _snapshot(CHANGED, PETS),
        _snapshot(PETS),
        _snapshot(ORDERS, PETS, subscriptions=RATED),
        _snapshot(ORDERS, PETS, trusted_issuers=(ISSUER,)),
        _snapshot(ORDERS, PETS),
    ]
    for step in steps:
        resources = compile_resources(step, LAYOUT, str, kept)
        fresh = compile_resources(step, LAYOUT, str)
        assert resources == fresh
        packed, anew = packer.pack(resources), Packer(message_factory()).pack(fresh)
        for url, named in anew.items():
            assert {name: one.version for name, one in packed[url].items()} == {
                name: one.version for name, one in named.items()
            }
            for name, one in named.items():
                assert message_factory().unpack(packed[url][name].body) == message_factory().unpack(one.body)


def test_what_did_not_change_is_the_same_object() -> None:
    kept, other = KeptParts(), service("/other", version("v1", revision("rev_o", pool(9))))
    first = compile_resources(_snapshot(ORDERS, PETS, other), LAYOUT, str, kept)
    second = compile_resources(_snapshot(CHANGED, PETS, other), LAYOUT, str, kept)
    assert _lists(first)["/other"] is _lists(second)["/other"]
    assert _lists(first)["/orders"] != _lists(second)["/orders"]
    # Calls of /orders/petsX come to the list of the service below.
    assert _lists(first)["/orders/pets"] != _lists(second)["/orders/pets"]
    name = names.pool_cluster("svc_other", "rev_o", "default")
    assert first[names.CLUSTER][name] is second[names.CLUSTER][name]


def test_a_snapshot_is_read_with_the_services_of_the_one_before() -> None:
    reader = SnapshotReader()
    first = reader.read(_snapshot(ORDERS, PETS).model_dump_json())
    second = reader.read(_snapshot(CHANGED, PETS, subscriptions=RATED).model_dump_json())
    assert first == _snapshot(ORDERS, PETS)
    assert second == _snapshot(CHANGED, PETS, subscriptions=RATED)
    assert second.published[1] is first.published[1]


def test_a_broken_service_is_refused_each_time_and_one_that_is_mended_passes() -> None:
    kept = KeptParts()
    broken = ORDERS.model_copy(update={"base_path": "orders"})
    for _ in range(2):
        with pytest.raises(UncompilableError, match="orders"):
            compile_resources(_snapshot(broken, PETS), LAYOUT, str, kept)
    compile_resources(_snapshot(ORDERS, PETS), LAYOUT, str, kept)
    with pytest.raises(UncompilableError, match="orders"):
        compile_resources(_snapshot(broken, PETS), LAYOUT, str, kept)
