"""A choice that asks the server for what is typed: the list that a browser is sent is not all that there is."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from nicegui import ui
from nicegui.events import GenericEventArguments

_PAUSE_SECONDS = 0.2


def search_on_server(field: ui.select, find: Callable[[str], Awaitable[Mapping[Any, str]]]) -> None:
    """Let a searchable choice offer what fits the text that is typed; what is chosen stays an option.

    Args:
        field: made with ``searchable=True``, with the options that stand there before anything is typed.
        find: the options for a text, those among them that are always offered.
    """
    asked = 0
    offered = ""

    async def offer(text: str) -> None:
        nonlocal asked, offered
        asked += 1
        mine = asked
        found = dict(await find(text))
        if mine != asked or field.is_deleted:
            return  # something else was typed since, or the dialog is gone
        value = field.value
        chosen = value if isinstance(value, list) else [value]
        known = field.options if isinstance(field.options, dict) else {}
        kept = {one: known[one] for one in chosen if one in known and one not in found}
        field.set_options({**found, **kept}, value=value)
        offered = text

    async def search(event: GenericEventArguments) -> None:
        await offer(str(event.args or "").strip())

    async def closed() -> None:
        if offered:
            await offer("")  # opened again, it offers what it did at first: what was typed is gone

    field.on("input-value", search, throttle=_PAUSE_SECONDS, leading_events=False)
    field.on("popup-hide", closed)


def fitting(options: Mapping[str, str], text: str) -> dict[str, str]:
    """Those of the options that hold a text, as the browser itself would find them."""
    return {key: label for key, label in options.items() if text.lower() in label.lower()}
