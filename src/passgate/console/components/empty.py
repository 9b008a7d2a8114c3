"""Empty states: what would stand here, and what to do so that it does."""

from collections.abc import Callable

from passgate.console.components.button import Handler, button, link_button
from passgate.console.components.icon import icon
from passgate.console.components.text import Words, box


def empty(symbol: str, title: str, text: str, action: Callable[[], object] | None = None) -> None:
    """An empty state; the action makes the button of the next step."""
    with box("pg-empty"):
        with box("pg-empty-icon"):
            icon(symbol)
        Words(title, "h2")
        Words(text, "p")
        if action is not None:
            action()


def next_step(text: str, on_click: Handler) -> Callable[[], object]:
    """The next step as a button."""
    return lambda: button(text, on_click, kind="primary", icon="plus")


def next_page(text: str, href: str) -> Callable[[], object]:
    """The next step as a link to another page."""
    return lambda: link_button(text, href, kind="primary")
