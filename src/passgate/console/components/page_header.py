"""The head of a page: where one is, what it is for, what one can do."""

from collections.abc import Sequence

from nicegui.element import Element

from passgate.console.components.icon import icon
from passgate.console.components.text import Words, box


def page_header(title: str, lead: str = "", *, trail: Sequence[tuple[str, str]] = ()) -> Element:
    """The title, a sentence of help, and the way up; enter what is returned to add actions."""
    with box("pg-header", "header"):
        with box("pg-header-text"):
            if trail:
                with box("pg-crumbs", "nav").props('aria-label="Breadcrumb"'):
                    for text, href in trail:
                        Words(text, "a").props(f'href="{href}"')
                        icon("chevron")
            Words(title, "h1")
            if lead:
                Words(lead, "p")
        return box("pg-header-actions")
