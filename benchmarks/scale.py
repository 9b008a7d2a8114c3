"""The whole of Passgate at scale: ``PYTHONPATH=tests:. python -m benchmarks.scale``.

1,000 services of 20 routes, 5,000 applications, 20,000 subscriptions, 20,000 tokens and a million calls, on SQLite. How
long until a change of one service is live at the gate, and how long lists take by the API and in a browser. The first
change, ``all``, publishes all of these services at once; ``started`` is the first one after control, agent and Envoy
began anew.
"""

import contextlib
import http.client
import os
import signal
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any

from benchmarks import mock_target, passgate_target, processes
from benchmarks.target import Place
from console.chromium import launched

SERVICES, APPLICATIONS, SUBSCRIPTIONS, TOKENS, CALLS = 1_000, 5_000, 20_000, 20_000, 1_000_000
ROUTES = 20
CHANGES, ASKED, _OPENED = 8, 12, 5
_BATCH = 50_000
_GIVE_UP_SECONDS = 60.0
_PAGES = ("services", "applications", "subscriptions?view=active", "tokens", "calls", "portal")
_CALLED = "/orders/r2"
_ROW = "tbody tr, a[href*='/portal/']"
_Row = dict[str, Any]


def main() -> None:
    """Fill, measure, print."""
    with tempfile.TemporaryDirectory(prefix="passgate-bench-") as folder, contextlib.ExitStack() as stack:
        vendor_port, _ = stack.enter_context(mock_target.mock_vendor(Path(folder), None))
        place = Place(Path(folder), Path(folder), vendor_port, processes.Cores(None, None, None))
        gate = stack.enter_context(passgate_target.started(place))
        service = _service_with_routes(gate, vendor_port)
        with contextlib.closing(sqlite3.connect(gate.data / "passgate.db", timeout=60)) as connection:
            connection.row_factory = sqlite3.Row
            _fill(connection, service, gate.application)
            _changes(gate, service, connection, {0: "all"} | {one: str(one) for one in range(1, CHANGES + 1)})
            _start_again(gate, connection)
            _changes(gate, service, connection, {CHANGES + 1: "started"})
        _memory(gate.pid)
        _lists(gate, service)
        _pages(gate)


def _service_with_routes(gate: passgate_target.Started, port: int) -> str:
    """The service of which the others are copies; gives its id."""
    send, post = gate.management.send, gate.management.post
    service = str(next(one["id"] for one in send("GET", "services")["items"] if one["base_path"] == "/orders"))
    routes = [
        {"id": f"r{one}", "methods": ["GET"], "path": f"/r{one}" + ("/{id}" if one % 2 else "")}
        for one in range(ROUTES)
    ]
    definition = {"routes": routes, "pools": [{"endpoints": [{"host": "127.0.0.1", "port": port}]}]}
    draft = post(f"services/{service}/versions/v1/revisions", {"definition": definition})
    post(f"services/{service}/revisions/{draft['id']}/publish", {})
    return service


def _fill(connection: sqlite3.Connection, service: str, application: str) -> None:
    """Put in copies of what is there, as rows; the next change publishes all of them."""
    of_service = "service_id = ?", service
    copied = {
        "services": (_one(connection, "services", "id = ?", service), SERVICES),
        "service_addresses": (_one(connection, "service_addresses", *of_service), SERVICES),
        "service_versions": (_one(connection, "service_versions", *of_service), SERVICES),
        "service_revisions": (
            _one(connection, "service_revisions", "status = 'published' AND service_id = ?", service),
            SERVICES,
        ),
        "applications": (_one(connection, "applications", "id = ?", application), APPLICATIONS),
        "subscriptions": (_one(connection, "subscriptions", *of_service), SUBSCRIPTIONS),
        "tokens": (_one(connection, "tokens", "application_id = ?", application), TOKENS),
    }
    for table, (row, count) in copied.items():
        _insert(connection, table, (_copy(table, row, number) for number in range(count)))
    until = time.monotonic() + _GIVE_UP_SECONDS
    while (call := connection.execute("SELECT * FROM calls LIMIT 1").fetchone()) is None:
        if time.monotonic() > until:
            raise processes.StartError("no call came into the database")
        time.sleep(0.1)
    _insert(connection, "calls", (_call(dict(call), number) for number in range(CALLS)))
    connection.execute("ANALYZE")
    connection.commit()


def _one(connection: sqlite3.Connection, table: str, where: str, value: str) -> _Row:
    return dict(connection.execute(f"SELECT * FROM {table} WHERE {where}", (value,)).fetchone())  # noqa: S608  # our own names


def _copy(table: str, row: _Row, number: int) -> _Row:
    service = number % SERVICES
    application = number if table == "applications" else (5 * service + 250 * (number // SERVICES)) % APPLICATIONS
    names: _Row = {
        "service_id": f"svc_{service:026d}",
        "version_id": f"ver_{service:026d}",
        "application_id": f"app_{application:026d}",
        "base_path": f"/team{number}/svc{number}",
        "jti": f"tok_{number:026d}",
    }
    own = {"services": "svc", "service_versions": "ver", "service_revisions": "rev", "applications": "app"}
    names["id"] = f"{own.get(table, 'sub')}_{number:026d}"
    if table in {"services", "applications", "tokens"}:
        names |= {"name": f"{table} {number}", "name_folded": f"{table} {number}"}
    if table == "tokens":
        names["subject"] = names["application_id"]
    return {**row, **{name: value for name, value in names.items() if name in row}}


def _call(row: _Row, number: int) -> _Row:
    del row["id"]
    moment = time.gmtime(time.time() - (CALLS - number))
    return row | {
        "request_id": f"filled-{number}",
        "started_at": time.strftime("%Y-%m-%d %H:%M:%S.000000", moment),
        "service_id": f"svc_{number % SERVICES:026d}",
        "application_id": f"app_{number % APPLICATIONS:026d}",
    }


def _insert(connection: sqlite3.Connection, table: str, rows: Iterator[_Row]) -> None:
    first = next(rows)
    columns, places = ", ".join(first), ", ".join("?" * len(first))
    with connection:
        connection.execute(f"INSERT INTO {table} ({columns}) VALUES ({places})", tuple(first.values()))  # noqa: S608  # our own names
        connection.executemany(
            f"INSERT INTO {table} ({columns}) VALUES ({places})",  # noqa: S608  # our own names
            (tuple(row.values()) for row in rows),
        )


def _start_again(gate: passgate_target.Started, connection: sqlite3.Connection) -> None:
    """End what a change goes through; the supervisor starts it again, with nothing in memory."""
    ended = _parts(gate.pid)
    for pid in ended.values():
        os.kill(pid, signal.SIGKILL)
    _until(lambda: _runs_anew(gate, ended))
    _until(partial(_is_in_force, connection))


def _runs_anew(gate: passgate_target.Started, ended: dict[str, int]) -> bool:
    try:
        begun_anew = not set(_parts(gate.pid).values()) & set(ended.values())
        return begun_anew and all(
            _is_answered(gate.port, HTTPStatus.OK, path) for path in ("/console/sign-in", _CALLED)
        )
    except (KeyError, StopIteration, OSError, http.client.HTTPException):
        return False


def _changes(
    gate: passgate_target.Started, service: str, connection: sqlite3.Connection, numbers: dict[int, str]
) -> None:
    """Open a service to all (even numbers) and close it again (odd ones); the very first change brings all services."""
    parts = _parts(gate.pid)
    print(f"{'change':<8}{'answered s':>12}{'first call s':>14}{'in force s':>12}  cpu s of {', '.join(parts)}")
    for number, name in numbers.items():
        public = number % 2 == 0
        policies = [{"kind": "access", "who": "public" if public else "subscription"}]
        before, begun = [_cpu_seconds(pid) for pid in parts.values()], time.perf_counter()
        gate.management.send("PATCH", f"services/{service}", {"policies": policies})
        moments = [time.perf_counter() - begun]
        wanted = HTTPStatus.OK if public else HTTPStatus.UNAUTHORIZED
        _until(partial(_is_answered, gate.port, wanted))
        moments.append(time.perf_counter() - begun)
        _until(partial(_is_in_force, connection))
        moments.append(time.perf_counter() - begun)
        spent = [_cpu_seconds(pid) - then for pid, then in zip(parts.values(), before, strict=True)]
        times = f"{moments[0]:>12.2f}{moments[1]:>14.2f}{moments[2]:>12.2f}"
        print(f"{name:<8}{times}  {', '.join(f'{one:.2f}' for one in spent)}", flush=True)


def _parts(root: int) -> dict[str, int]:
    """The processes whose work a change is."""
    titles = {pid: Path(f"/proc/{pid}/cmdline").read_bytes().rstrip(b"\0").split(b"\0") for pid in processes.tree(root)}
    found = {words[-1].decode(): pid for pid, words in titles.items() if words[-1] in {b"control", b"agent"}}
    envoy = next(pid for pid, words in titles.items() if Path(words[0].decode()).name == "envoy")
    return {"control": found["control"], "agent": found["agent"], "envoy": envoy}


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _is_in_force(connection: sqlite3.Connection) -> bool:
    asked = "SELECT (SELECT max(version) FROM snapshots), min(snapshot_version) FROM nodes"
    newest, held = connection.execute(asked).fetchone()
    return bool(held >= newest)


def _until(holds: Callable[[], bool]) -> None:
    limit = time.monotonic() + _GIVE_UP_SECONDS
    while not holds():
        if time.monotonic() > limit:
            raise processes.StartError("a change did not come into force")
        time.sleep(0.01)


def _is_answered(port: int, status: int, path: str = _CALLED) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == status
    finally:
        connection.close()


def _memory(root: int) -> None:
    for name, pid in _parts(root).items():
        print(f"{name} holds {processes.resident_mb(pid):.0f} MB")


def _lists(gate: passgate_target.Started, service: str) -> None:
    asked = {
        "services": "services",
        "services, searched": "services?search=services 77",
        "services, last page": "services?after=svc_00000000000000000000000060",
        "applications": "applications",
        "applications, searched": "applications?search=applications 77",
        "subscriptions": "subscriptions",
        "subscriptions of a service": f"subscriptions?service_id={service}",
        "subscriptions, undecided": "subscriptions?undecided=true",
        "tokens": "tokens",
        "tokens of an application": f"tokens?application_id={gate.application}",
        "calls": "calls",
        "calls of a service": f"calls?service_id=svc_{7:026d}",
        "calls, errors": "calls?status_class=error",
        "portal": "portal/services",
    }
    control = _parts(gate.pid)["control"]
    print(f"{'list by the API':<32}{'p50 ms':>8}{'max ms':>8}{'control, cpu ms':>17}")
    for name, path in asked.items():
        times, before = [], _cpu_seconds(control)
        for _ in range(ASKED):
            begun = time.perf_counter()
            gate.management.send("GET", path.replace(" ", "%20"))
            times.append((time.perf_counter() - begun) * 1000)
        spent = (_cpu_seconds(control) - before) * 1000 / ASKED
        print(f"{name:<32}{statistics.median(times):>8.0f}{max(times):>8.0f}{spent:>17.0f}", flush=True)


def _pages(gate: passgate_target.Started) -> None:
    """From going to a page until its first row is seen."""
    site = f"http://127.0.0.1:{gate.port}/console"
    control = _parts(gate.pid)["control"]
    print(f"{'page in Chromium':<32}{'answer ms':>10}{'rows ms':>8}{'control, cpu ms':>17}")
    with launched() as browser:
        page = browser.new_page()
        page.goto(f"{site}/sign-in")
        page.get_by_label("E-mail").fill("bench@example.com")
        page.get_by_label("Password").fill("a long enough password")
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/console/")
        for name in _PAGES:
            answers, rows, before = list[float](), list[float](), _cpu_seconds(control)
            for _ in range(_OPENED):
                begun = time.perf_counter()
                page.goto(f"{site}/{name}", wait_until="commit")
                answers.append((time.perf_counter() - begun) * 1000)
                page.locator(_ROW).first.wait_for()
                rows.append((time.perf_counter() - begun) * 1000)
            spent = (_cpu_seconds(control) - before) * 1000 / _OPENED
            times = f"{statistics.median(answers):>10.0f}{statistics.median(rows):>8.0f}"
            print(f"{name:<32}{times}{spent:>17.0f}", flush=True)


if __name__ == "__main__":
    main()
