"""What daily work changes comes into force at once, and cuts no call that is under way."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from passgate.gateway.envoy import names
from passgate.gateway.envoy.messages import MessageFactory
from passgate.gateway.xds.outcome import OutcomeKind
from passgate.gateway.xds.packed import Packed, Packer
from wire.conftest import serve
from wire.rig import Gate, message_factory, open_gate, wait_until
from wire.tokens import Issuer


@contextmanager
def open_streams(gate: Gate, *paths: str) -> Iterator[Callable[[], None]]:
    """Streams that have begun; what is yielded ends them, and checks that each came to its end."""
    with ExitStack() as open_ones:
        responses = [open_ones.enter_context(gate.stream(path, gate.issuer.token())) for path in paths]
        for response in responses:
            assert response.read1() == b"data: first\n\n"

        def finish() -> None:
            for upstream in (gate.rest, gate.control, *gate.workers):
                gate.loop.call_soon_threadsafe(upstream.end_streams.set)
            for response in responses:
                assert response.read() == b"data: last\n\n"

        yield finish


def test_no_change_of_daily_work_cuts_a_stream(own_gate: Gate) -> None:
    orders = own_gate.service("/orders")
    listeners = own_gate.stat("listener_manager.listener_modified")
    with open_streams(own_gate, "/orders/stream", "/v1/stream", "/console/stream") as finish:
        own_gate.publish(own_gate.snapshot(orders, own_gate.service("/new")))
        own_gate.publish(own_gate.snapshot(orders, subscribed=(("svc_orders", "app_two"),)))
        own_gate.publish(own_gate.snapshot(orders, keys=(Issuer("key-2").public,)))
        own_gate.deny("jti-1", "jti-2")
        own_gate.publish(own_gate.snapshot(own_gate.service("/orders", total_ms=1_000)))
        own_gate.publish(own_gate.snapshot(own_gate.service("/orders", connect_timeout_ms=1_000)))
        outcome = own_gate.publish(own_gate.snapshot())
        assert outcome.kind is OutcomeKind.APPLIED
        finish()
    assert own_gate.stat("listener_manager.listener_modified") == listeners
    assert own_gate.stat("listener_manager.total_filter_chains_draining") == 0


def test_events_of_a_stream_come_as_they_are_sent(gate: Gate) -> None:
    with open_streams(gate, "/orders/stream") as finish:
        finish()


def test_a_service_comes_moves_and_goes(own_gate: Gate) -> None:
    assert own_gate.call("/late/1").status == 404
    own_gate.publish(own_gate.snapshot(own_gate.service("/late", access="public")))
    assert own_gate.call("/late/1").status == 200
    own_gate.publish(own_gate.snapshot(own_gate.service("/later", id="svc_late", access="public")))
    assert (own_gate.call("/late/1").status, own_gate.call("/later/1").status) == (404, 200)
    own_gate.publish(own_gate.snapshot())
    assert own_gate.call("/later/1").status == 404
    # A pool that no route leads to stays for a moment, for calls under way.
    left = len(("ads", "rate_limits", "control", "workers"))
    wait_until(lambda: own_gate.stat("cluster_manager.active_clusters") == left)


BAD_SNAPSHOTS: dict[str, Callable[[Any], None]] = {
    "cluster": lambda made: made[names.CLUSTER]["service:svc_bad:rev_1:default"].update(connect_timeout="0s"),
    "route": lambda made: made[names.ROUTES][names.ROUTE_TABLE]["virtual_hosts"].append(
        {"name": "twin", "domains": ["*"]}
    ),
    "extension": lambda made: made[names.EXTENSION][names.JWT_FILTER]["typed_config"]["requirement_map"].update(
        spoiled={"provider_name": "nobody"}
    ),
}


@pytest.mark.parametrize("part", BAD_SNAPSHOTS)
def test_a_rejected_snapshot_leaves_the_live_one_in_force(own_gate: Gate, part: str) -> None:
    clusters = own_gate.stat("cluster_manager.active_clusters")
    good = wait_until(lambda: own_gate.acked)[-1]
    bad = own_gate.snapshot(own_gate.service("/aaa", access="public"), own_gate.service("/bad", access="public"))

    outcome = own_gate.publish(bad, BAD_SNAPSHOTS[part])
    assert outcome.kind is OutcomeKind.REJECTED
    assert outcome.message
    assert own_gate.rejected == [("snapshot", str(bad.version), outcome.type_url, outcome.message)]
    assert own_gate.acked[-1] == good
    assert own_gate.call("/orders/1", own_gate.issuer.token()).status == 200
    assert own_gate.call("/aaa/1").status == 404
    assert own_gate.stat("cluster_manager.active_clusters") == clusters
    after = own_gate.publish(own_gate.snapshot(own_gate.service("/after", access="public")))
    assert after.kind is OutcomeKind.APPLIED
    assert own_gate.call("/after/1").status == 200


def test_a_rejected_deny_list_leaves_the_old_one_in_force(own_gate: Gate) -> None:
    own_gate.deny("jti-old")
    broken = {
        names.EXTENSION: {
            names.DENY_DELTA_FILTER: {
                "name": names.DENY_DELTA_FILTER,
                "typed_config": {"@type": names.RBAC, "matcher": {"on_no_match": {}}},
            }
        }
    }
    outcome = own_gate.run(own_gate.ads.publish("deny", "broken", broken))
    assert outcome.kind is OutcomeKind.REJECTED
    assert own_gate.call("/orders/1", own_gate.issuer.token(jti="jti-old")).json["code"] == "token_revoked"
    assert own_gate.call("/orders/1", own_gate.issuer.token()).status == 200


class _Misspelling(Packer):
    """Puts a field into the routes that Envoy does not know, as a misspelled one would be."""

    def pack(self, resources: dict[str, dict[str, dict[str, Any]]]) -> dict[str, dict[str, Packed]]:
        packed = super().pack(resources)
        for one in packed.get(names.ROUTES, {}).values():
            one.body.value += b"\xfa\x3f\x01x"
        return packed


@pytest.mark.parametrize(("left_out", "kind"), [((), "rejected"), (("--reject-unknown-dynamic-fields",), "applied")])
def test_a_field_that_envoy_does_not_know_is_rejected(left_out: tuple[str, ...], kind: str) -> None:
    factory: MessageFactory = message_factory()
    with open_gate(leave_out=left_out) as gate:
        serve(gate)
        gate.ads._packer = _Misspelling(factory)
        assert gate.publish(gate.snapshot(gate.service("/new", access="public"))).kind == kind
        assert gate.call("/new/1").status == (404 if kind == "rejected" else 200)


def test_envoy_restarted_gets_all_again(own_gate: Gate) -> None:
    own_gate.deny("jti-1")
    own_gate.kill_envoy()
    own_gate.start_envoy()
    assert own_gate.call("/orders/1", own_gate.issuer.token()).status == 200
    assert own_gate.call("/orders/1", own_gate.issuer.token(jti="jti-1")).status == 401


def test_what_is_published_while_envoy_is_away_comes_into_force_with_it(own_gate: Gate) -> None:
    own_gate.kill_envoy()
    wait_until(lambda: not own_gate.ads.connected)
    snapshot = own_gate.snapshot(own_gate.service("/late", access="public"))
    assert own_gate.publish(snapshot).kind is OutcomeKind.WAITING
    assert ("snapshot", str(snapshot.version)) not in own_gate.acked
    own_gate.start_envoy()
    wait_until(lambda: ("snapshot", str(snapshot.version)) in own_gate.acked)
    assert own_gate.call("/late/1").status == 200


def test_envoy_serves_on_without_the_ads_server_and_takes_up_with_a_new_one(own_gate: Gate) -> None:
    with open_streams(own_gate, "/orders/stream") as finish:
        own_gate.restart_ads()
        assert own_gate.call("/orders/1", own_gate.issuer.token()).status == 200
        own_gate.split = None
        own_gate.deny("jti-1")
        snapshot = own_gate.snapshot(own_gate.service("/orders"), own_gate.service("/late", access="public"))
        own_gate.publish(snapshot)
        wait_until(lambda: ("snapshot", str(snapshot.version)) in own_gate.acked)
        assert own_gate.call("/late/1").status == 200
        assert own_gate.call("/open/1").status == 404
        assert own_gate.call("/orders/1", own_gate.issuer.token(jti="jti-1")).status == 401
        finish()


@pytest.mark.parametrize("first", ["snapshot", "deny"])
def test_until_all_of_the_configuration_is_there_the_port_answers_nobody(first: str) -> None:
    with open_gate() as gate:
        parts = {
            "deny": gate.deny,
            "snapshot": lambda: gate.publish(gate.snapshot(gate.service("/open", access="public"))),
        }
        gate.start_envoy(wait=False)
        wait_until(lambda: gate.ads.connected)
        parts.pop(first)()
        assert not gate.is_ready()
        with pytest.raises(ConnectionRefusedError):
            gate.call("/open/1")
        for publish in parts.values():
            publish()
        wait_until(gate.is_ready)
        assert gate.call("/open/1").status == 200
        wait_until(lambda: {group for group, _ in gate.acked} == {"snapshot", "deny"})


def test_a_second_envoy_on_the_same_port_does_not_start(own_gate: Gate) -> None:
    """It would answer half of the calls, by rules of its own."""
    with open_gate(port=own_gate.layout.port) as second:
        second.start_envoy(wait=False)
        assert second.process is not None
        assert second.process.wait(10) != 0
        assert "Address already in use" in second.envoy_log()
