"""What earlier compilations made, so that the next one makes only what has changed.

It changes nothing of the result: a part is taken only where all that it is made of is the same. Whoever packs the
resources sees that an object is the same one, and packs it no more either.
"""

from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


class KeptParts:
    """The parts of the last compilation. One for each node; used by one thread at a time."""

    def __init__(self) -> None:
        self._last: dict[tuple[str, ...], tuple[tuple[Any, ...], Any]] = {}
        self._now: dict[tuple[str, ...], tuple[tuple[Any, ...], Any]] = {}

    def begin(self) -> None:
        """Begin a compilation: what the last one did not use is forgotten."""
        self._last, self._now = self._now, {}

    def part(self, name: tuple[str, ...], made_of: tuple[Any, ...], make: Callable[[], T]) -> T:
        """A part of that name, made anew if what it is made of is another than it was."""
        known = self._now.get(name) or self._last.get(name)
        value: T = known[1] if known is not None and known[0] == made_of else make()
        self._now[name] = (made_of, value)
        return value
