"""How the gate bears many services: time to compile, time to live, Envoy's memory, calls per second.

Run from the repository's root: ``PYTHONPATH=tests:. python -m benchmarks.services``. It needs ``wrk`` for the calls.
"""

import gc
import re
import resource
import shutil
import subprocess
import time
from pathlib import Path

from passgate.contracts.gateway_snapshot import GatewaySnapshot, GatewaySubscription
from passgate.contracts.published_service import (
    PublishedRevision,
    PublishedRoute,
    PublishedService,
    PublishedVersion,
)
from passgate.contracts.upstream_pool import PoolEndpoint, UpstreamPool
from passgate.gateway.compile.kept_parts import KeptParts
from passgate.gateway.compile.resources import compile_resources
from wire.rig import VAULT, Gate, open_gate, wait_until

ROUTES = 20
APPLICATIONS = 5_000
SUBSCRIPTIONS = 20_000
_WRK_SECONDS = 4
_REST_SECONDS = 100
"""Until Envoy has given back what it does not need."""


def services(count: int, port: int) -> tuple[PublishedService, ...]:
    """Services with one version, each with 20 routes, half of which have a variable."""
    return tuple(_service(number, port) for number in range(count))


def snapshot(gate: Gate, count: int) -> GatewaySnapshot:
    """A snapshot of so many services, and subscriptions in proportion."""
    more = {
        "published": services(count, gate.rest.port),
        "subscriptions": subscriptions(count, SUBSCRIPTIONS * count // 1_000),
    }
    return gate.snapshot(subscribed=()).model_copy(update=more)


def subscriptions(of_services: int, count: int) -> tuple[GatewaySubscription, ...]:
    """So many, no two alike, spread over the services and all applications."""
    return tuple(
        GatewaySubscription(
            service_id=f"svc_{number % of_services:026d}",
            application_id=f"app_{(5 * (number % of_services) + number // of_services) % APPLICATIONS:026d}",
        )
        for number in range(count)
    )


def measure(count: int) -> dict[str, float]:
    """Figures for so many services."""
    gc.set_threshold(50_000, 10, 100)  # as the agent does
    with open_gate() as gate:
        state, kept = snapshot(gate, count), KeptParts()
        began = time.process_time()
        compile_resources(state, gate.layout, VAULT.open, kept)
        found = {"services": count, "compile_s": time.process_time() - began}
        gate.deny()
        gate.run(_publish(gate, state, kept), 120)
        began = time.monotonic()
        # Envoy asks for nothing but clusters before it has them, so both sets are there before it comes.
        gate.start_envoy(wait=False)
        wait_until(gate.is_ready, 60)
        found["start_s"] = time.monotonic() - began
        found["rss_at_start_mb"] = rss(gate)
        changed = state.model_copy(
            update={
                "version": state.version + 1,
                "published": (*state.published[:-1], _service(count + 1, gate.rest.port)),
            }
        )
        began = time.monotonic()
        gate.run(_publish(gate, changed, kept), 120)
        found["change_live_s"] = time.monotonic() - began
        found["rss_mb"] = rss(gate)
        found |= _calls(gate)
        time.sleep(_REST_SECONDS)
        found["rss_at_rest_mb"] = rss(gate)
        return found


async def _publish(gate: Gate, state: GatewaySnapshot, kept: KeptParts) -> None:
    resources = compile_resources(state, gate.layout, VAULT.open, kept)
    outcome = await gate.ads.publish("snapshot", str(state.version), resources)
    if outcome.kind == "rejected":
        raise RuntimeError(outcome.message)


def _service(number: int, port: int) -> PublishedService:
    routes = tuple(
        PublishedRoute(id=f"r{one}", methods=("GET",), path=f"/r{one}" + ("/{id}" if one % 2 else ""))
        for one in range(ROUTES)
    )
    pool = UpstreamPool(endpoints=(PoolEndpoint(host="127.0.0.1", port=port),))
    revision = PublishedRevision(id=f"rev_{number:026d}", number=1, routes=routes, pools=(pool,))
    version = PublishedVersion(id=f"ver_{number:026d}", name="v1", revisions=(revision,))
    return PublishedService(
        id=f"svc_{number:026d}",
        name=f"svc{number}",
        team_id="team_1",
        base_path=f"/team{number}/svc{number}",
        default_version="v1",
        versions=(version,),
    )


def rss(gate: Gate) -> float:
    """Megabytes of Envoy that are in memory, its program among them."""
    status = Path(f"/proc/{_pid(gate)}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) / 1024  # type: ignore[union-attr]  # Linux says it


def _calls(gate: Gate) -> dict[str, float]:
    """Calls that Envoy refuses by itself after all its checks, so that no upstream is measured with it."""
    wrk = shutil.which("wrk")
    if wrk is None:
        return {}
    token = gate.issuer.token(client_id="app_nobody", exp=int(time.time()) + 3_600)
    url = f"http://127.0.0.1:{gate.layout.port}/team7/svc7/r1/9"
    command = [wrk, "-t1", "-c16", f"-d{_WRK_SECONDS}s", "-H", f"authorization: Bearer {token}", url]
    ticks = _ticks(gate)
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # our own command
    count = int(re.search(r"(\d+) requests in", said).group(1))  # type: ignore[union-attr]  # wrk says it
    return {"calls_per_s": count / _WRK_SECONDS, "cpu_us_per_call": (_ticks(gate) - ticks) * 10_000 / count}


def _pid(gate: Gate) -> int:
    return gate.process.pid if gate.process is not None else 0


def _ticks(gate: Gate) -> int:
    """Hundredths of a second that Envoy has run."""
    fields = Path(f"/proc/{_pid(gate)}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def main() -> None:
    """Print the figures."""
    for count in (10, 1_000):
        for name, value in measure(count).items():
            print(f"{name:18} {value:10.2f}")  # a benchmark's output
    print(f"peak of this process {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")  # as above


if __name__ == "__main__":
    main()
