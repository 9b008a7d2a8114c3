"""Time limits that share one timer."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any

import pytest

from passgate.inference.worker.time_limit import TimeLimits


class _Selector(selectors.DefaultSelector):
    """Waits for nothing, and tells how long it should have."""

    passed = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.passed += timeout or 0.0
        return super().select(0)


class _Loop(asyncio.SelectorEventLoop):
    """An event loop whose clock goes on by what it waits, and by nothing else: a busy machine changes no moment."""

    def __init__(self) -> None:
        self._waits = _Selector()
        super().__init__(self._waits)

    def time(self) -> float:
        return self._waits.passed


def run(play: Coroutine[Any, Any, Any]) -> Any:
    with asyncio.Runner(loop_factory=_Loop) as runner:
        return runner.run(play)


def test_each_limit_ends_its_own_task_in_time() -> None:
    async def late(limits: TimeLimits, seconds: float) -> float:
        loop = asyncio.get_running_loop()
        began = loop.time()
        with pytest.raises(TimeoutError), limits.until(began + seconds):
            await asyncio.sleep(10)
        return loop.time() - began

    async def play() -> list[float]:
        limits = TimeLimits()
        took = await asyncio.gather(*(late(limits, seconds) for seconds in (0.2, 0.05, 0.1)))
        assert not limits.running
        return took

    assert run(play()) == pytest.approx([0.2, 0.05, 0.1], abs=0.002)


def test_a_limit_that_is_moved_on_does_not_end_the_task() -> None:
    async def limited(moments: list[float]) -> None:
        loop = asyncio.get_running_loop()
        with TimeLimits().until(loop.time() + 0.03) as limit:
            for _ in range(4):
                await asyncio.sleep(0.02)
                limit.move(loop.time() + 0.05)
            moments.append(loop.time())
            limit.move(loop.time() + 10)
            limit.move(loop.time() + 0.02)
            await asyncio.sleep(10)

    async def play() -> list[float]:
        moments: list[float] = []
        with pytest.raises(TimeoutError):
            await limited(moments)
        return [*moments, asyncio.get_running_loop().time()]

    assert run(play()) == pytest.approx([0.08, 0.1], abs=0.002)


def test_a_cancellation_from_elsewhere_stays_one() -> None:
    async def limited(limits: TimeLimits) -> None:
        with limits.until(asyncio.get_running_loop().time() + 10):
            await asyncio.sleep(10)

    async def play() -> None:
        limits = TimeLimits()
        task = asyncio.create_task(limited(limits))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not limits.running

    run(play())
