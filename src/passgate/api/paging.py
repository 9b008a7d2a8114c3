"""Pages in the management API."""

from collections.abc import Callable
from typing import Annotated, Generic, TypeVar

from fastapi import Depends, Query
from pydantic import BaseModel, Field

from passgate.kernel.pagination import MAX_PAGE, Page, PageRequest

Row = TypeVar("Row")
Out = TypeVar("Out", bound=BaseModel)


def _page_request(
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE, description="How many.")] = 50,
    after: Annotated[str | None, Query(max_length=100, description="`next_cursor` of the page before.")] = None,
) -> PageRequest:
    return PageRequest(limit, after)


PageQuery = Annotated[PageRequest, Depends(_page_request)]
"""The query parameters ``limit`` and ``after``."""

SearchQuery = Annotated[str | None, Query(max_length=100, description="Text that the name holds.")]
"""The query parameter ``search``."""


class PageOf(BaseModel, Generic[Out]):
    """Some items, newest first."""

    items: list[Out]
    next_cursor: str | None = Field(default=None, description="Goes into `after` for the next page; null at the end.")

    @classmethod
    def of(cls, page: Page[Row], view: Callable[[Row], Out]) -> "PageOf[Out]":
        """The page, each item through its view."""
        return cls(items=[view(row) for row in page.items], next_cursor=page.next_cursor)
