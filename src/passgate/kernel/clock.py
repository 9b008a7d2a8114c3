"""Time as an argument."""

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time; tests pass one that stands still."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...


class SystemClock:
    """The clock of the operating system."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        return datetime.now(UTC)


def epoch_seconds(moment: datetime) -> int:
    """Whole seconds since 1970-01-01 UTC, the NumericDate of RFC 7519 section 2."""
    return int(moment.timestamp())


def from_epoch(seconds: float) -> datetime:
    """The aware UTC moment of a NumericDate (RFC 7519 section 2)."""
    return datetime.fromtimestamp(seconds, UTC)
