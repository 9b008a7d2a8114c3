"""How long a revoked token still passes: ``python -m benchmarks.revocation``.

Fifty tokens, one after the other: from the management API's answer to the first refused call of a REST service, that
is by Envoy itself; first with an empty deny list, then with 10,000 entries in it.
"""

import contextlib
import http.client
import sqlite3
import statistics
import tempfile
import time
from http import HTTPStatus
from pathlib import Path

from benchmarks import mock_target, passgate_target, processes
from benchmarks.target import Place

ROUNDS = 50
ENTRIES = 10_000
_GIVE_UP_SECONDS = 10.0


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="passgate-bench-") as folder, contextlib.ExitStack() as stack:
        vendor_port, _ = stack.enter_context(mock_target.mock_vendor(Path(folder), None))
        place = Place(Path(folder), Path(folder), vendor_port, processes.Cores(None, None, None))
        started = stack.enter_context(passgate_target.started(place))
        print(f"{'entries':>8} {'p50 ms':>8} {'p99 ms':>8} {'max ms':>8}")
        _report(0, _measure(started))
        _fill(started.data / "passgate.db")
        _report(ENTRIES, _measure(started))


def _measure(started: passgate_target.Started) -> list[float]:
    """Milliseconds of each round."""
    return [_one(started) for _ in range(ROUNDS)]


def _one(started: passgate_target.Started) -> float:
    issued = started.management.post("tokens", {"name": "victim", "application_id": started.application})
    connection = http.client.HTTPConnection("127.0.0.1", started.port, timeout=5)
    headers = {"Authorization": f"Bearer {issued['token']}"}
    if _status(connection, headers) != HTTPStatus.OK:
        raise processes.StartError("a fresh token does not pass")
    started.management.post(f"tokens/{issued['jti']}/revoke", {"reason": "measured"})
    answered = time.perf_counter()
    while _status(connection, headers) != HTTPStatus.UNAUTHORIZED:
        if time.perf_counter() - answered > _GIVE_UP_SECONDS:
            raise processes.StartError("a revoked token still passes")
    connection.close()
    return (time.perf_counter() - answered) * 1000


def _status(connection: http.client.HTTPConnection, headers: dict[str, str]) -> int:
    connection.request("GET", "/orders/42", headers=headers)
    answer = connection.getresponse()
    answer.read()
    return answer.status


def _fill(database: Path) -> None:
    """Put entries into the deny list as if so many tokens had been revoked."""
    later = int(time.time()) + 86_400
    rows = [("token", f"tok_filled_{number:026d}", later) for number in range(ENTRIES)]
    connection = sqlite3.connect(database, timeout=30)
    with connection:
        connection.executemany(
            "INSERT INTO revocations (kind, value, expires_at, reason, created_at, created_by)"
            " VALUES (?, ?, ?, 'filled', '2026-01-01 00:00:00.000000', 'bench')",
            rows,
        )
    connection.close()
    time.sleep(5)  # they are on their way like any others; the rounds begin with the list at rest


def _report(entries: int, milliseconds: list[float]) -> None:
    ordered = sorted(milliseconds)
    p99 = ordered[max(0, round(len(ordered) * 0.99) - 1)]
    print(f"{entries:>8} {statistics.median(ordered):>8.1f} {p99:>8.1f} {ordered[-1]:>8.1f}")


if __name__ == "__main__":
    main()
