"""Buttons."""

from collections.abc import Awaitable, Callable
from typing import Literal

from nicegui import ui

from passgate.console.components.label import called
from passgate.console.icons import icon_path

Kind = Literal["plain", "primary", "danger", "quiet"]
Handler = Callable[[], Awaitable[object] | None]


def button(text: str, on_click: Handler | None = None, *, kind: Kind = "plain", icon: str | None = None) -> ui.button:
    """A button. A primary one is the page's or the dialog's main step; there is one at most."""
    made = ui.button(text, on_click=on_click, icon=icon_path(icon) if icon else None, color=None)
    return made.classes("pg-btn").props(f'unelevated no-caps no-wrap :ripple="false" data-kind={kind}')


def icon_button(name: str, label: str, on_click: Handler | None = None, *, kind: Kind = "quiet") -> ui.button:
    """A button of an icon alone; its label is read aloud, and shown when pointed at."""
    made = called(label, button("", on_click, kind=kind, icon=name).props("data-icon-only"))
    with made:
        ui.tooltip(label)
    return made


def link_button(text: str, href: str, *, kind: Kind = "plain", icon: str | None = None) -> ui.button:
    """A link that looks like a button: it can be opened in a new tab."""
    return button(text, kind=kind, icon=icon).props(f'href="{href}"')
