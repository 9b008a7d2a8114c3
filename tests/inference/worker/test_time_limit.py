"""Time limits that share one timer."""

import asyncio

import pytest

from passgate.inference.worker.time_limit import TimeLimits


def test_each_limit_ends_its_own_task_in_time() -> None:
    async def late(limits: TimeLimits, seconds: float) -> float:
        loop = asyncio.get_running_loop()
        began = loop.time()
        with pytest.raises(TimeoutError), limits.until(began + seconds):
            await asyncio.sleep(10)
        return loop.time() - began

    async def run() -> list[float]:
        limits = TimeLimits()
        took = await asyncio.gather(*(late(limits, seconds) for seconds in (0.2, 0.05, 0.1)))
        assert not limits.running
        return took

    took = asyncio.run(run())
    assert all(wanted <= one + 0.002 for wanted, one in zip((0.2, 0.05, 0.1), took, strict=True))
    assert took[1] < took[2] < took[0]


def test_a_limit_that_is_moved_on_does_not_end_the_task() -> None:
    async def run() -> None:
        limits, loop = TimeLimits(), asyncio.get_running_loop()
        with limits.until(loop.time() + 0.03) as limit:
            for _ in range(4):
                await asyncio.sleep(0.02)
                limit.move(loop.time() + 0.05)
            limit.move(loop.time() + 10)
            limit.move(loop.time() + 0.02)
            with pytest.raises(asyncio.CancelledError):
                await asyncio.sleep(10)
            raise asyncio.CancelledError

    with pytest.raises(TimeoutError):
        asyncio.run(run())


def test_a_cancellation_from_elsewhere_stays_one() -> None:
    async def limited(limits: TimeLimits) -> None:
        with limits.until(asyncio.get_running_loop().time() + 10):
            await asyncio.sleep(10)

    async def run() -> None:
        limits = TimeLimits()
        task = asyncio.create_task(limited(limits))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not limits.running

    asyncio.run(run())
