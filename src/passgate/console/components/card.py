"""Cards: a titled part of a page."""

from collections.abc import Iterator
from contextlib import contextmanager

from nicegui.element import Element

from passgate.console.components.text import Words, box


@contextmanager
def card(title: str | None = None, lead: str | None = None, *, flush: bool = False) -> Iterator[Element]:
    """A card; what is made inside stands in its body. A flush body reaches the edges, for tables."""
    with box("pg-card", "section") as made:
        if title is not None:
            card_head(title, lead)
        if flush:
            yield made
        else:
            with box("pg-card-body"):
                yield made


def card_head(title: str, lead: str | None = None) -> Element:
    """A card's title; give it actions by entering what is returned."""
    with box("pg-card-head") as head, box():
        Words(title, "h2")
        if lead:
            Words(lead, "p")
    return head
