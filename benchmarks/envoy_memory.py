"""What of Envoy's memory services take, and what subscriptions and revoked tokens do.

Run from the repository's root: ``PYTHONPATH=tests:. python -m benchmarks.envoy_memory``. Each row is an Envoy of its
own, which is left alone for a while before it is looked at: what is allocated by its own count
(``server.memory_allocated``), and what is in memory, the 52 MB of the program that it read among them.
"""

import json
import time
from collections.abc import Callable

from benchmarks.services import rss, services, subscriptions
from passgate.contracts.revocation_list import RevocationList
from passgate.gateway.compile.deny import compile_deny, split_deny
from passgate.gateway.compile.resources import Resources, compile_resources
from passgate.gateway.envoy import names
from passgate.gateway.envoy.names import JsonObject
from wire.rig import VAULT, open_gate, wait_until

_REST_SECONDS = 100
_MEGA = 1024 * 1024
Leave = Callable[[Resources], None]


def main() -> None:
    """Measure and print."""
    print(f"{'':<44}{'allocated MB':>14}{'resident MB':>13}")
    for count in (10, 1_000):
        for subscribed in (0, 20_000):
            _measure(f"{count:,} services, {subscribed:,} subscriptions", count, subscribed)
    _measure("1,000 services without clusters", 1_000, 0, leave_out=_clusters)
    _measure("1,000 services without routes", 1_000, 0, leave_out=_routes)
    _measure("1,000 services, their clusters a bare name", 1_000, 0, leave_out=_settings)
    _measure("1,000 services, no expressions for paths", 1_000, 0, leave_out=_expressions)
    _measure("10 services, 100,000 revoked tokens", 10, 0, revoked=100_000)


def _measure(
    title: str, count: int, subscribed: int, *, revoked: int = 0, leave_out: Leave = lambda _resources: None
) -> None:
    with open_gate() as gate:
        more = {"published": services(count, gate.rest.port), "subscriptions": subscriptions(count, subscribed)}
        state = gate.snapshot(subscribed=()).model_copy(update=more)
        resources = compile_resources(state, gate.layout, VAULT.open)
        leave_out(resources)
        jtis = tuple(f"tok_{number:026d}" for number in range(revoked))
        gate.run(gate.ads.publish("deny", "1", compile_deny(split_deny(RevocationList(expanded_jtis=jtis)))))
        gate.run(gate.ads.publish("snapshot", "1", resources), 120)
        gate.start_envoy(wait=False)
        wait_until(gate.is_ready, 60)
        time.sleep(_REST_SECONDS)
        if gate.rejected:
            raise RuntimeError(str(gate.rejected))
        said = json.loads(gate.run(gate.admin.call("GET", "/memory"))[1])
        print(f"{title:<44}{int(said['allocated']) / _MEGA:>14.1f}{rss(gate):>13.1f}", flush=True)


def _clusters(resources: Resources) -> None:
    resources[names.CLUSTER] = {
        name: cluster for name, cluster in resources[names.CLUSTER].items() if not names.is_pool_cluster(name)
    }


def _settings(resources: Resources) -> None:
    bare = {name: {"name": name, "connect_timeout": "2s"} for name in resources[names.CLUSTER]}
    pools = {name: cluster for name, cluster in bare.items() if names.is_pool_cluster(name)}
    resources[names.CLUSTER] = {**resources[names.CLUSTER], **pools}


def _expressions(resources: Resources) -> None:
    hosts = resources[names.ROUTES][names.ROUTE_TABLE]["virtual_hosts"]
    for block in (one for host in hosts for one in _blocks(host)):
        for route in block["routes"]:
            if route["match"].pop("safe_regex", None) is not None:
                route["match"]["prefix"] = "/"


def _blocks(host: JsonObject) -> list[JsonObject]:
    """The lists of routes of a host, one for each path that services lie below."""
    tree = host["matcher"]["matcher_tree"]["prefix_match_map"]["map"]
    return [one["action"]["typed_config"] for one in tree.values()]


def _routes(resources: Resources) -> None:
    table = resources[names.ROUTES][names.ROUTE_TABLE]
    hosts = [{"name": host["name"], "domains": host["domains"]} for host in table["virtual_hosts"]]
    resources[names.ROUTES] = {names.ROUTE_TABLE: {**table, "virtual_hosts": hosts}}


if __name__ == "__main__":
    main()
