"""Moments, shown in the reader's own time zone."""

from collections.abc import Callable
from datetime import datetime
from typing import Literal

from nicegui.element import Element

from passgate.console.components.text import Words

Display = Literal["relative", "clock", "date"]


def moment_or(moment: datetime | None, otherwise: str) -> Callable[[], object]:
    """Makes a moment, or words where there is none; for the value of a fact."""
    if moment is None:
        return lambda: Words(otherwise)
    return lambda: Moment(moment)


class Moment(Element, component="moment.js"):
    """A moment: how long ago, the time of day, or the date; pointing at it shows all of it."""

    def __init__(self, moment: datetime, display: Display = "relative") -> None:
        super().__init__()
        self._props["iso"] = moment.isoformat()
        self._props["display"] = display
