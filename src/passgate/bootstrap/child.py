"""A child process that is kept running."""

import asyncio
import contextlib
import ctypes
import logging
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from passgate.bootstrap.node_plan import ChildSpec

_log = logging.getLogger("passgate.supervisor")

EXIT_CONFIGURATION = 78
"""``EX_CONFIG`` of sysexits.h: a child that says this has told why, and starting it again would not help."""

_BACK_OFF_SECONDS = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0)
_STEADY_SECONDS = 30.0
_PR_SET_PDEATHSIG = 1

ChildState = Literal["starting", "running", "restarting", "stopped", "failed"]


@dataclass(slots=True)
class Child:
    """One child: started, watched, started again with growing pauses when it dies."""

    spec: ChildSpec
    on_change: Callable[[], None]
    state: ChildState = "starting"
    restarts: int = 0
    pid: int | None = None
    _stop: asyncio.Event = field(default_factory=asyncio.Event, repr=False)
    _process: asyncio.subprocess.Process | None = field(default=None, repr=False)

    async def keep_running(self) -> int:
        """Run until stopped; the exit code of a child that says that starting it again is no use."""
        quick_deaths = 0
        loop = asyncio.get_running_loop()
        while not self._stop.is_set():
            self._process = await asyncio.create_subprocess_exec(
                *self.spec.argv,
                stdin=asyncio.subprocess.DEVNULL,
                preexec_fn=_prepare,
                start_new_session=True,  # a Ctrl-C reaches the supervisor alone, which then stops all in order
            )
            started, self.pid = loop.time(), self._process.pid
            self._to("running")
            code = await self._process.wait()
            self.pid = None
            if self._stop.is_set():
                break
            if code == EXIT_CONFIGURATION:
                self._to("failed")
                return code
            quick_deaths = 0 if loop.time() - started > _STEADY_SECONDS else quick_deaths + 1
            pause = _BACK_OFF_SECONDS[min(max(quick_deaths - 1, 0), len(_BACK_OFF_SECONDS) - 1)]
            self.restarts += 1
            self._to("restarting")
            _log.warning("%s ended (%s); starting it again in %.1f s", self.spec.name, _words(code), pause)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), pause)
        self._to("stopped")
        return 0

    def send(self, number: signal.Signals) -> None:
        """Send a signal, if there is a process to get it; SIGTERM and SIGKILL also end the restarting."""
        if number in (signal.SIGTERM, signal.SIGKILL):
            self._stop.set()
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(number)

    async def stopped_within(self, seconds: float) -> None:
        """Wait for the end, and kill what has not ended by then."""
        if self._process is None or self._process.returncode is not None:
            return
        try:
            await asyncio.wait_for(self._process.wait(), seconds)
        except TimeoutError:
            _log.warning("%s did not stop in time and is killed", self.spec.name)
            self.send(signal.SIGKILL)
            await self._process.wait()

    def _to(self, state: ChildState) -> None:
        self.state = state
        self.on_change()


def _words(code: int) -> str:
    if code < 0:
        return f"killed by {signal.Signals(-code).name}"
    return f"exit code {code}"


def _prepare() -> None:
    """Run in the child, before it becomes its program."""
    _die_with_parent()
    if sys.platform == "linux":
        # A thread that wakes does not push another from its core: on a full core Envoy's log is then written in larger
        # pieces (15 of 110 µs a call less). In return it waits until the other pauses, 4 ms at most where the kernel
        # ticks 250 times a second: who works for long, pauses (``metering/pacing.py``).
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def _die_with_parent() -> None:
    # Were the supervisor killed, its children would hold the port and the sockets against the next start.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
