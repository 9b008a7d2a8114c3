"""Work in short pieces with pauses, so that calls on the same core never wait for the whole of it.

Envoy and the workers do not push another thread from its core when they wake (``bootstrap/child.py``), so a call waits,
at each of its steps, until a thread that works pauses or the kernel's next tick comes (4 ms). At half of the maximum
load, half a second's calls brought in at one go made calls 10 ms slower at the 99th percentile. With pauses as short as
the work between them, the core was still full for a quarter of the time, and calls queued; so pauses are longer.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")

_PIECE = 64
"""Lines or rows; half a millisecond's work."""
_STRETCH_SECONDS = 0.0005
"""Of work, after which a pause is due."""
_PAUSE_SECONDS = 0.003
"""Leaves the calls enough of the core to work off what has queued. Pauses hold the database's lock as well, so longer
ones would make the API's writes wait."""
_GIVES_WAY_SECONDS = 0.6
"""In each run. Behind that it hurries, so that calls are to be seen within two seconds: on a full core every pause is
as long as the others please."""


@dataclass(slots=True)
class Pacing:
    """Gives way in the first part of a run, and hurries through the rest. Used by one thread."""

    sleep: Callable[[float], object] = time.sleep
    now: Callable[[], float] = time.monotonic
    worked: Callable[[], float] = time.thread_time
    """Processor seconds of this thread."""
    _hurries_at: float = 0.0
    _paused_at: float = 0.0
    """By what it had worked."""

    def begin(self) -> None:
        """A run begins."""
        self._hurries_at = self.now() + _GIVES_WAY_SECONDS
        self._paused_at = self.worked()

    def pause(self) -> None:
        """Let others go first, if it has worked for long enough and need not hurry."""
        if self.worked() - self._paused_at >= _STRETCH_SECONDS and self.now() < self._hurries_at:
            self.sleep(_PAUSE_SECONDS)
            self._paused_at = self.worked()

    def pieces(self, items: Sequence[T]) -> Iterator[Sequence[T]]:
        """The items piece by piece, with pauses between; once it hurries, the rest at once."""
        at = 0
        while at < len(items):
            self.pause()
            end = at + _PIECE if self.now() < self._hurries_at else len(items)
            yield items[at:end]
            at = end
