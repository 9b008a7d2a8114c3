"""The load generator: keeps connections busy, or a rate steady, and measures.

As a process (``python -m benchmarks.generator <file>``) it reads a call and a load from standard input, says ``begin``
and ``end`` at the borders of its window, so that others can read clocks of their own, and leaves the outcome in the
file as JSON.
"""

import asyncio
import base64
import contextlib
import dataclasses
import gc
import json
import sys
from collections import deque
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time

import uvloop

from benchmarks.caller import Caller
from benchmarks.load import Call, Load, Outcome

_TIMER_STEP = 0.002
"""A timer of the event loop fires up to a millisecond or two late; that much is the generator's, not the target's."""
_DRAIN_SECONDS = 10.0
_RECONNECT_SECONDS = 0.05


class Generator:
    """Runs one load."""

    def __init__(self, call: Call, load: Load) -> None:
        self._call = call
        self._load = load
        self._outcome = Outcome()
        self._callers: set[Caller] = set()
        self._idle: deque[Caller] = deque()
        self._waiting: deque[float] = deque()
        self._begin = self._end = 0.0
        self._issuing = True
        self._opening: set[asyncio.Task[None]] = set()
        self._drained: asyncio.Event | None = None

    async def run(self, border: Callable[[str], None]) -> Outcome:
        """Open the connections, load, and give the outcome of the window.

        ``border`` is called with ``begin`` and ``end`` at the window's borders.

        Raises:
            OSError: nobody listens there.
        """
        await asyncio.gather(*(self._open() for _ in range(self._load.connections)))
        self._begin = perf_counter() + self._load.warm_up
        self._end = self._begin + self._load.seconds
        pacer = asyncio.create_task(self._pace()) if self._load.rate else None
        if pacer is None:
            self._dispatch()
        await asyncio.sleep(self._load.warm_up)
        border("begin")
        cpu = process_time()
        await asyncio.sleep(max(0.0, self._end - perf_counter()))
        self._outcome.generator_cpu = process_time() - cpu
        border("end")
        self._issuing = False
        if pacer is not None:
            await pacer
        await self._drain()
        self._outcome.seconds = self._load.seconds
        return self._outcome

    async def _open(self) -> None:
        loop = asyncio.get_running_loop()
        _, caller = await loop.create_connection(
            lambda: Caller(self._call, self._answered, self._lost), "127.0.0.1", self._call.port
        )
        self._callers.add(caller)
        self._idle.append(caller)

    def _dispatch(self) -> None:
        """Give idle connections work: what is due at a steady rate, or a next call each."""
        if self._load.rate is None:
            while self._idle and self._issuing:
                self._idle.popleft().send(perf_counter())
        else:
            while self._idle and self._waiting:
                self._idle.popleft().send(self._waiting.popleft())

    async def _pace(self) -> None:
        """Make calls due at the load's rate."""
        rate = self._load.rate or 1.0
        first = self._begin - self._load.warm_up
        for number in range(round((self._load.warm_up + self._load.seconds) * rate)):
            due = first + number / rate
            delay = due - perf_counter()
            if delay > 0:
                await asyncio.sleep(delay)
            now = perf_counter()
            self._waiting.append(now if now - due < _TIMER_STEP else due)
            self._dispatch()

    def _answered(self, caller: Caller, now: float, fault: str | None) -> None:
        due, caller.due = caller.due, None
        if fault is not None:
            self._outcome.errors += 1
            self._outcome.first_error = self._outcome.first_error or fault
        elif due is not None and self._counts(due, now):
            self._outcome.latencies.append(now - due)
        if self._load.rate is None and self._issuing and fault is None:
            caller.send(now)
        else:
            self._idle.append(caller)
            if fault is None:
                self._dispatch()
        if self._drained is not None:
            self._note_drained()

    def _note_drained(self) -> None:
        if self._drained is not None and not self._waiting and all(caller.due is None for caller in self._callers):
            self._drained.set()

    def _counts(self, due: float, now: float) -> bool:
        """At a steady rate a call belongs to the window by its due time, else by its answer's."""
        return self._begin <= (due if self._load.rate else now) < self._end

    def _lost(self, caller: Caller) -> None:
        self._callers.discard(caller)
        if caller in self._idle:
            self._idle.remove(caller)
        if self._issuing:
            task = asyncio.get_running_loop().create_task(self._reopen())
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)

    async def _reopen(self) -> None:
        await asyncio.sleep(_RECONNECT_SECONDS)
        try:
            await self._open()
        except OSError as error:
            self._outcome.errors += 1
            self._outcome.first_error = self._outcome.first_error or str(error)
        else:
            self._dispatch()

    async def _drain(self) -> None:
        """Wait for the calls in flight; those unanswered in time are errors."""
        self._drained = asyncio.Event()
        self._note_drained()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._drained.wait(), _DRAIN_SECONDS)
        unanswered = len(self._waiting) + sum(caller.due is not None for caller in self._callers)
        if unanswered:
            self._outcome.errors += unanswered
            self._outcome.first_error = self._outcome.first_error or "no answer"
        for caller in list(self._callers):
            caller.close()


def run_load(call: Call, load: Load, border: Callable[[str], None] = lambda _: None) -> Outcome:
    """Run the load in this process.

    Raises:
        OSError: nobody listens there.
    """
    return uvloop.run(Generator(call, load).run(border))


def spec_to_json(call: Call, load: Load) -> str:
    """What the process reads."""
    binary = [base64.b64encode(part).decode() for part in (call.request, *call.marks)]
    return json.dumps({"port": call.port, "binary": binary, "load": dataclasses.asdict(load)})


def _main() -> None:
    gc.disable()  # makes no cycles; a collection would show up as latency
    spec = json.loads(sys.stdin.read())
    request, *marks = (base64.b64decode(part) for part in spec["binary"])
    call = Call(spec["port"], request, tuple(marks))
    outcome = run_load(call, Load(**spec["load"]), lambda name: print(name, flush=True))
    Path(sys.argv[1]).write_text(json.dumps(dataclasses.asdict(outcome)))


if __name__ == "__main__":
    _main()
