import asyncio
import json
import os
import signal
import sys
import time
from pathlib import Path

from passgate.bootstrap.child import EXIT_CONFIGURATION, ChildSpec
from passgate.bootstrap.supervisor import Supervisor

SLEEPER = "import time; time.sleep(60)"
STUBBORN = """
import pathlib, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
pathlib.Path({ready!r}).touch()
time.sleep(60)
"""


def child(name: str, code: str) -> ChildSpec:
    return ChildSpec(name, [sys.executable, "-c", code], dict(os.environ))


def supervisor(tmp_path: Path, *specs: ChildSpec, patience: float = 5.0) -> Supervisor:
    async def ready() -> bool:
        return True

    async def nothing() -> None:
        return

    return Supervisor(
        specs=specs,
        stop_order=[(frozenset(spec.name for spec in specs), patience)],
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
