"""Time limits of calls: one timer of the event loop for all of them.

A timer a call, as ``asyncio.timeout`` has it, is armed and cancelled for nearly every call without ever ringing, and
twice more with each chunk of a stream; here that costs an assignment. The one timer rings for the limit that was the
nearest when it was set, and is then set for the one that is by now.
"""

import asyncio
from types import TracebackType
from typing import Self

_NEVER = float("inf")
_RESOLUTION = 0.001
"""Seconds; the event loop's timers know no shorter time, and may ring that much too early."""


class TimeLimit:
    """Cancels a task that is not out of the ``with`` block in time, and makes ``TimeoutError`` of that.

    Like ``asyncio.timeout_at``: a cancellation from elsewhere stays one.
    """

    __slots__ = ("_cancelling", "_is_over", "_limits", "_task", "when")

    def __init__(self, limits: "TimeLimits", task: "asyncio.Task[object]", when: float) -> None:
        self.when = when
        """On the loop's clock."""
        self._limits = limits
        self._task = task
        self._cancelling = task.cancelling()
        self._is_over = False

    def move(self, when: float) -> None:
        """Let it be another moment."""
        self.when = when
        if when < self._limits.rings:
            self._limits.set(when)

    def expire(self) -> None:
        """The time is over."""
        self._is_over = True
        self._task.cancel()

    def __enter__(self) -> Self:
        self._limits.running.add(self)
        if self.when < self._limits.rings:
            self._limits.set(self.when)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._limits.running.discard(self)
        if self._is_over and self._task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise TimeoutError from error


class TimeLimits:
    """All limits that run on one event loop."""

    def __init__(self) -> None:
        self.running: set[TimeLimit] = set()
        self.rings = _NEVER
        """When the timer rings, on the loop's clock: no later than any limit that runs."""
        self._timer: asyncio.TimerHandle | None = None

    def until(self, when: float, task: "asyncio.Task[None] | None" = None) -> TimeLimit:
        """A limit for the task that asks.

        Args:
            when: on the loop's clock.
            task: that which asks, where that is known.
        """
        task = task or asyncio.current_task()
        if task is None:
            raise RuntimeError("only a task can be ended in time")
        return TimeLimit(self, task, when)

    def set(self, when: float) -> None:
        """Have the timer ring then."""
        if self._timer is not None:
            self._timer.cancel()
        self.rings = when
        self._timer = asyncio.get_running_loop().call_at(when, self._ring)

    def _ring(self) -> None:
        self._timer = None
        self.rings = _NEVER
        now = asyncio.get_running_loop().time() + _RESOLUTION
        for limit in [one for one in self.running if one.when <= now]:
            self.running.discard(limit)
            limit.expire()
        nearest = min((one.when for one in self.running), default=_NEVER)
        if nearest < _NEVER:
            self.set(nearest)
