"""A choice of a few, all of them in sight."""

from collections.abc import Callable, Mapping

from passgate.console.components.text import Words, box


def segmented(label: str, options: Mapping[str, str], chosen: str, on_choose: Callable[[str], object]) -> None:
    """One of a few options; choosing one calls the handler with its key."""
    with box("pg-segmented").props(f'role=group aria-label="{label}"'):
        for key, text in options.items():
            pressed = "true" if key == chosen else "false"
            choice = Words(text, "button").props(f"type=button aria-pressed={pressed}")
            choice.on("click", lambda _event, key=key: on_choose(key))
