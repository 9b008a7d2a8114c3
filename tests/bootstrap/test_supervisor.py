import asyncio
import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from passgate.bootstrap.child import EXIT_CONFIGURATION
from passgate.bootstrap.node_plan import ChildSpec, GateAddress, NodePlan, StopGroup
from passgate.bootstrap.supervisor import Supervisor

SLEEPER = "import time; time.sleep(60)"
STUBBORN = """
import pathlib, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
pathlib.Path({ready!r}).touch()
time.sleep(60)
"""


def child(name: str, code: str) -> ChildSpec:
    return ChildSpec(name, [sys.executable, "-c", code])


def supervisor(tmp_path: Path, *specs: ChildSpec, patience: float = 5.0) -> Supervisor:
    async def ready() -> bool:
        return True

    async def nothing() -> None:
        return

    return Supervisor(
        specs=specs,
        stop_order=[StopGroup([spec.name for spec in specs], patience)],
        is_ready=ready,
        on_ready=lambda: None,
        before_stop=nothing,
        report=tmp_path / "processes.json",
        port=8080,
    )


async def until_running(report: Path, name: str, *, restarts: int = 0) -> int:
    """The pid of a child, once it runs for the given time."""
    for _ in range(1000):
        if report.exists():
            state = json.loads(report.read_text())["processes"][name]
            if state["state"] == "running" and state["restarts"] >= restarts:
                return int(state["pid"])
        await asyncio.sleep(0.01)
    raise AssertionError(f"{name} never ran for the {restarts + 1}th time")


def test_a_killed_child_is_started_again_at_once(tmp_path: Path) -> None:
    async def scenario() -> tuple[float, int]:
        whole = supervisor(tmp_path, child("a", SLEEPER), child("b", SLEEPER))
        running = asyncio.create_task(whole.run())
        first = await until_running(whole.report, "a")
        killed_at = time.monotonic()
        os.kill(first, signal.SIGKILL)
        second = await until_running(whole.report, "a", restarts=1)
        took = time.monotonic() - killed_at
        assert second != first
        os.kill(os.getpid(), signal.SIGTERM)
        return took, await running

    took, code = asyncio.run(scenario())
    assert took < 1.0
    assert code == 0
    assert not (tmp_path / "processes.json").exists()


def test_a_whole_that_no_longer_serves_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A child that hangs is no dead one, and nobody starts it again: who runs it must hear of it."""
    serving = True

    async def ready() -> bool:
        return serving

    async def told(words: str) -> None:
        while words not in caplog.text:  # noqa: ASYNC110 - the log is all that tells
            await asyncio.sleep(0.01)

    async def scenario() -> int:
        nonlocal serving
        whole = supervisor(tmp_path, child("a", SLEEPER))
        whole.is_ready, whole.look_seconds = ready, 0.01
        running = asyncio.create_task(whole.run())
        await until_running(whole.report, "a")
        await asyncio.sleep(0.1)
        assert "not serving" not in caplog.text
        serving = False
        await told("not serving: the gate or control does not answer")
        serving = True
        await told("serving again")
        os.kill(os.getpid(), signal.SIGTERM)
        return await running

    caplog.set_level("INFO", "passgate.supervisor")
    assert asyncio.run(asyncio.wait_for(scenario(), 20)) == 0


def test_a_report_that_cannot_be_written_ends_nothing(tmp_path: Path) -> None:
    """A full disk: what it would tell is worth less than what runs."""

    async def scenario() -> int:
        starts = tmp_path / "starts"
        starts.touch()
        whole = supervisor(tmp_path, child("a", f"open({str(starts)!r}, 'a').write('.')\n{SLEEPER}"))
        running = asyncio.create_task(whole.run())
        first = await until_running(whole.report, "a")
        whole.report.unlink()
        whole.report.mkdir()  # no file can take its place
        while starts.read_text() != ".":  # noqa: ASYNC110 - a child tells by the file alone
            await asyncio.sleep(0.01)
        os.kill(first, signal.SIGKILL)
        while not running.done() and starts.read_text() != "..":  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.01)
        whole.report.rmdir()
        await until_running(whole.report, "a", restarts=1)
        os.kill(os.getpid(), signal.SIGTERM)
        return await running

    assert asyncio.run(asyncio.wait_for(scenario(), 20)) == 0


def test_a_child_that_says_it_can_never_run_ends_the_whole(tmp_path: Path) -> None:
    whole = supervisor(tmp_path, child("good", SLEEPER), child("bad", f"raise SystemExit({EXIT_CONFIGURATION})"))
    started = time.monotonic()
    assert asyncio.run(whole.run()) == EXIT_CONFIGURATION
    assert time.monotonic() - started < 5


def test_a_child_that_ignores_sigterm_is_killed_in_time(tmp_path: Path) -> None:
    async def scenario() -> float:
        ready = tmp_path / "ready"
        whole = supervisor(tmp_path, child("stubborn", STUBBORN.format(ready=str(ready))), patience=0.3)
        running = asyncio.create_task(whole.run())
        while not ready.exists():  # noqa: ASYNC110 - only the child knows when its handler is in place
            await asyncio.sleep(0.01)
        asked = time.monotonic()
        os.kill(os.getpid(), signal.SIGTERM)
        await running
        return time.monotonic() - asked

    assert 0.3 <= asyncio.run(scenario()) < 3


def test_the_supervisor_loads_no_library() -> None:
    """It stays for as long as the node runs, and what it has loaded stays with it."""
    new = "{name.partition('.')[0] for name in sys.modules.keys() - before}"
    code = f"import sys; before = {{*sys.modules}}; import passgate.bootstrap.supervising; print(*{new})"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) - sys.stdlib_module_names == {"passgate"}


def test_a_plan_survives_its_way_to_the_supervisor() -> None:
    plan = NodePlan(
        children=(ChildSpec("control", ["python", "-m", "ä\udcff"]),),
        stop_order=(StopGroup(("envoy",), 1.5), StopGroup(("control",), 2.5)),
        gate=GateAddress("::", 8443, has_tls=True),
        control=None,
        envoy_admin="/run/envoy.sock",
        report="/data/processes.json",
        base_url="https://gate.example",
        setup_link="/data/setup-link",
        log_format="json",
        log_level="warning",
    )
    read = NodePlan.read(plan.text().encode().decode())
    assert dataclasses.asdict(read) == {
        **dataclasses.asdict(plan),
        "children": ({"name": "control", "argv": ["python", "-m", "ä\udcff"]},),
        "stop_order": ({"names": ["envoy"], "seconds": 1.5}, {"names": ["control"], "seconds": 2.5}),
    }
    assert (read.gate, read.children[0].name) == (plan.gate, "control")
