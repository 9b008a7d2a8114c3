"""Moments as people type them into a form."""

from datetime import datetime


def given_moment(text: str | None) -> str | None:
    """A day, or a day and a time, as a moment in UTC; what is neither is left for the schema to refuse."""
    if not text:
        return None
    return f"{text.replace(' ', 'T', 1)}Z" if ":" in text else f"{text}T00:00:00Z"


def shown_moment(moment: datetime) -> str:
    """A stored moment in that form."""
    return f"{moment:%Y-%m-%d}" if (moment.hour, moment.minute) == (0, 0) else f"{moment:%Y-%m-%d %H:%M}"
