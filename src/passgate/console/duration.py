"""Spans of time as people write and read them."""

import re

from passgate.kernel.errors import InvalidInputError

_UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}
_WRITTEN = re.compile(r"(\d{1,9})\s*(s|second|m|min|minute|h|hour|d|day)s?", re.IGNORECASE)


def read_duration(text: str | None, field: str) -> int | None:
    """The seconds of what somebody wrote, such as ``12 hours`` or ``30 d``; None where nothing was written.

    Raises:
        InvalidInputError: it cannot be read.
    """
    if not text:
        return None
    match = _WRITTEN.fullmatch(text.strip())
    if match is None:
        raise InvalidInputError("Write a number and a unit, such as 15 minutes, 12 hours or 30 days.", field=field)
    unit = next(size for name, size in _UNITS.items() if name.startswith(match[2].lower()[:1]))
    return int(match[1]) * unit


def duration(seconds: int | None) -> str:
    """Seconds in the largest unit that tells them exactly; nothing for None."""
    if seconds is None:
        return ""
    name, size = next((name, size) for name, size in reversed(_UNITS.items()) if seconds % size == 0)
    return f"{seconds // size:,} {name}{'' if seconds == size else 's'}"
