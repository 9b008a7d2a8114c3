"""Signs of life on a stream whose vendor is silent, so that nobody on the way takes it for dead."""

import asyncio

from passgate.inference.worker.incoming import Send

_COMMENT = b": keep-alive\n\n"
"""A comment, which readers of event streams pass over (https://html.spec.whatwg.org/multipage/server-sent-events.html)."""


class KeepAlive:
    """Sends a comment whenever nothing was sent for a while; costs a stream one timer, and a chunk two assignments.

    Only whole events are ever sent, so a comment never stands within one. ``reading`` is true while the relay waits for
    the vendor: in that time nobody else writes.
    """

    def __init__(self, send: Send, seconds: float) -> None:
        self.reading = False
        self.last = 0.0
        """When something was last read, on the loop's clock."""
        self._send = send
        self._seconds = seconds
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._sending: asyncio.Task[None] | None = None

    def start(self) -> None:
        """The client's stream has begun."""
        if self._timer is None:
            self.last = self._loop.time()
            self._timer = self._loop.call_later(self._seconds, self._look)

    def stop(self) -> None:
        """No more of it."""
        self.reading = False
        if self._timer is not None:
            self._timer.cancel()

    def _look(self) -> None:
        due = self.last + self._seconds
        if self._loop.time() >= due:
            self.last = self._loop.time()
            due = self.last + self._seconds
            if self.reading and (self._sending is None or self._sending.done()):
                self._sending = self._loop.create_task(self._comment())
        self._timer = self._loop.call_at(due, self._look)

    async def _comment(self) -> None:
        if self.reading:
            await self._send({"type": "http.response.body", "body": _COMMENT, "more_body": True})
