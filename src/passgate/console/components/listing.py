"""Listings: a table that loads page by page, with its empty states."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from passgate.console.components.button import button
from passgate.console.components.empty import empty
from passgate.console.components.latest import Latest
from passgate.console.components.table import ActHandler, Column, Row, RowHandler, Table
from passgate.console.components.text import Words, box
from passgate.console.formatting import counted
from passgate.kernel.pagination import Page, PageRequest

Item = TypeVar("Item")
PAGE_SIZE = 50


class Listing(Generic[Item]):
    """A listing.

    Args:
        columns: the table's.
        label: what is listed, for those who do not see it.
        noun: one of the items, such as ``token``.
        fetch: asks for a page.
        row: makes an item's row.
        when_empty: makes the empty state of a listing that nothing narrows.
        narrowed: whether a filter is set.
        on_open: called with the id of a chosen row.
        on_act: called with a row's id and an action's name.
        dense: lower rows, for long lists.
    """

    def __init__(  # noqa: PLR0913 - each argument is one visible part of it
        self,
        columns: Sequence[Column],
        *,
        label: str,
        noun: str,
        fetch: Callable[[PageRequest], Awaitable[Page[Item]]],
        row: Callable[[Item], Row],
        when_empty: Callable[[], object],
        narrowed: Callable[[], bool] = lambda: False,
        on_open: RowHandler | None = None,
        on_act: ActHandler | None = None,
        dense: bool = False,
    ) -> None:
        self._noun, self._fetch, self._row = noun, fetch, row
        self._when_empty, self._narrowed = when_empty, narrowed
        self._rows: list[Row] = []
        self._cursor: str | None = None
        self._latest = Latest()
        self._told: tuple[bool, bool] | None = None
        self._holder = box()
        with self._holder:
            self._table = Table(columns, [], label=label, on_open=on_open, on_act=on_act, dense=dense)
            with box("pg-table-foot"):
                self._count = Words("")
                self._more = button("Load more", self.more)
        self._nothing = box()
        self._holder.set_visibility(False)

    async def load(self) -> None:
        """Show the first page, as the filters now say."""
        page = await self._latest.answer(self._fetch(PageRequest(limit=PAGE_SIZE)))
        if page is None:
            return
        self._rows = [self._row(item) for item in page.items]
        self._cursor = page.next_cursor
        self._show()

    @property
    def has_any(self) -> bool:
        """Whether there are rows."""
        return bool(self._rows)

    async def more(self) -> None:
        """Show the next page below."""
        page = await self._latest.answer(self._fetch(PageRequest(limit=PAGE_SIZE, after=self._cursor)))
        if page is None:
            return
        self._rows += [self._row(item) for item in page.items]
        self._cursor = page.next_cursor
        self._show()

    def _show(self) -> None:
        self._table.show(self._rows)
        self._holder.set_visibility(bool(self._rows))
        more = self._cursor is not None
        self._count.say(counted(len(self._rows), self._noun) + (" shown" if more else ""))
        self._more.set_visibility(more)
        shown = (bool(self._rows), self._narrowed())
        if shown == self._told:
            return
        self._told = shown
        with self._nothing.clear():
            if self._rows:
                return
            if self._narrowed():
                empty("search", "Nothing matches", "Widen the filters or search for something else.")
            else:
                self._when_empty()
