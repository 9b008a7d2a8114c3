"""A choice of a few, all of them in sight."""

from collections.abc import Callable, Mapping

from passgate.console.components.label import called
from passgate.console.components.text import Words, box


def segmented(label: str, options: Mapping[str, str], chosen: str, on_choose: Callable[[str], object]) -> None:
    """One of a few options; choosing one calls the handler with its key."""
    with called(label, box("pg-segmented").props("role=group")):
        for key, text in options.items():
            pressed = "true" if key == chosen else "false"
            choice = Words(text, "button").props(f"type=button aria-pressed={pressed}")
            choice.on("click", lambda _event, key=key: on_choose(key))
