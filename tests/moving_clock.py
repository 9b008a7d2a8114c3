"""A clock that stands still until a test moves it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass
class MovingClock:
    moment: datetime = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    def advance(self, **span: float) -> None:
        """Move on by a timedelta's arguments, such as ``seconds=1``."""
        self.moment += timedelta(**span)
