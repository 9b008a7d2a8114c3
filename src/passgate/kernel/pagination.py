"""Pages by cursor: the last id seen, so that a page costs the same however deep it lies."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item")

MAX_PAGE = 200


@dataclass(frozen=True, slots=True)
class PageRequest:
    """How many, and after which id; ids sort by time, newest first."""

    limit: int = 50
    after: str | None = None

    @property
    def bounded(self) -> int:
        """The limit, between 1 and 200."""
        return max(1, min(self.limit, MAX_PAGE))


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Some items and the cursor of the next page, None at the end."""

    items: Sequence[Item]
    next_cursor: str | None = None
