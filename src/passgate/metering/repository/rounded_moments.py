"""The hour and the day that a spool line counts in."""

from dataclasses import dataclass, field
from datetime import datetime

_HOUR = slice(0, 13)
"""Of a moment in ISO 8601, as ``2026-03-14T09``."""
_UTC = ("Z", "+00:00")


@dataclass(slots=True)
class RoundedMoments:
    """Begins of hours and days, each made once: a batch's lines are of very few."""

    hours: dict[str, datetime] = field(default_factory=dict)
    days: dict[str, datetime] = field(default_factory=dict)

    def hour(self, text: str, moment: datetime) -> datetime:
        """The begin of the hour of a moment in UTC, of which the text is known as well."""
        known = self.hours.get(text[_HOUR])
        return known or _noted(self.hours, text, moment.replace(minute=0, second=0, microsecond=0))

    def day(self, text: str, moment: datetime) -> datetime:
        """The begin of its day."""
        known = self.days.get(text[_HOUR])
        return known or _noted(self.days, text, moment.replace(hour=0, minute=0, second=0, microsecond=0))


def _noted(known: dict[str, datetime], text: str, begin: datetime) -> datetime:
    if text.endswith(_UTC):  # else two lines that begin alike may be of two hours
        known[text[_HOUR]] = begin
    return begin
