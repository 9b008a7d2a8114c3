"""Icons."""

from nicegui import ui

from passgate.console.icons import icon_path


def icon(name: str) -> ui.icon:
    """An icon, as decoration: the words beside it say what it means."""
    return ui.icon(icon_path(name)).props('aria-hidden="true"')
