"""Tiles that are exchanged one by one: what a new result keeps stays as it is on the page."""

from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

from nicegui.element import Element

Item = TypeVar("Item")


class Tiles(Generic[Item]):
    """The elements of a holder, one an item, in the items' order.

    A holder that is emptied and filled anew loses the click of whoever had pressed a tile in that moment.

    Args:
        holder: where they are; nothing else may be in it.
        key: what tells one item from the others.
        build: makes an item's one element.
    """

    def __init__(self, holder: Element, *, key: Callable[[Item], Hashable], build: Callable[[Item], Element]) -> None:
        self._holder, self._key, self._build = holder, key, build
        self._shown: dict[Hashable, tuple[Item, Element]] = {}

    def show(self, items: Sequence[Item]) -> None:
        """Show these in one step; an item that did not change keeps its element, the same result changes nothing."""
        wanted = {self._key(item): item for item in items}
        if list(wanted.items()) == [(key, item) for key, (item, _) in self._shown.items()]:
            return
        kept = {key: pair for key, pair in self._shown.items() if key in wanted and wanted[key] == pair[0]}
        for key in self._shown.keys() - kept.keys():
            self._shown[key][1].delete()
        with self._holder:
            self._shown = {key: kept.get(key) or (item, self._build(item)) for key, item in wanted.items()}
        self._holder.default_slot.children[:] = [element for _, element in self._shown.values()]
        self._holder.update()

    def add(self, items: Sequence[Item]) -> None:
        """Show these behind the others."""
        self.show([*(item for item, _ in self._shown.values()), *items])
