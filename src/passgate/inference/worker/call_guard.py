"""Ends a running call from outside: its client has gone, or its token was revoked."""

import asyncio
from typing import Any, Literal

from passgate.inference.worker.caller import Caller

CutReason = Literal["cancelled", "revoked"]


class CallGuard:
    """Cancels the call's task, once, and remembers why."""

    __slots__ = ("_open", "_task", "caller", "reason")

    def __init__(self, task: asyncio.Task[Any], caller: Caller) -> None:
        self._task = task
        self._open = True
        self.caller = caller
        self.reason: CutReason | None = None

    def cut(self, reason: CutReason) -> None:
        """End the call, unless it has ended."""
        if self._open:
            self._open = False
            self.reason = reason
            self._task.cancel()

    def close(self) -> None:
        """The call has ended by itself; nothing cuts it any more."""
        self._open = False

    def lose_client(self) -> None:
        """Cut the call, as its client has gone."""
        self.cut("cancelled")
