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
        found = self.hours.get(text[_HOUR])
        if found is None:
            found = moment.replace(minute=0, second=0, microsecond=0)
            if text.endswith(_UTC):  # else two lines that begin alike may be of two hours
                self.hours[text[_HOUR]] = found
        return found

    def day(self, text: str, moment: datetime) -> datetime:
        """The begin of its day."""
        found = self.days.get(text[_HOUR])
        if found is None:
            found = moment.replace(hour=0, minute=0, second=0, microsecond=0)
            if text.endswith(_UTC):
                self.days[text[_HOUR]] = found
        return found
