"""Counting calls in windows: all of a call's limits, or none."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from passgate.gateway.rate_limits.rules import RateRule, window_of

_TIDY_AT = 100_000


@dataclass(frozen=True, slots=True)
class CountedCall:
    """One limit that a call meets."""

    rule: RateRule
    subject: str
    """Whose calls are counted together."""

    def window(self, now: float) -> tuple[int, int]:
        """Begin and end of the limit's window."""
        return window_of(self.rule.window, now)

    def key(self, now: float) -> str:
        """The counter's name."""
        start = self.window(now)[0]
        return f"{self.rule.scope}|{self.rule.per}|{self.rule.window}|{start}|{self.subject}"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a limit stands after a call was let through, or refused."""

    calls: int
    left: int
    resets_in: int
    """Seconds."""
    refused: bool = False


@dataclass(slots=True)
class MemoryCounts:
    """Counts of one process, which gives its share of each limit, rounded up."""

    shares: int = 1
    """Among how many nodes each limit is divided."""
    _counts: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Calls, and the end of the window."""

    def take(self, met: Sequence[CountedCall], now: float) -> list[Standing]:
        """Count a call where no limit refuses it; where each limit stands then."""
        found = []
        for one in met:
            count, _ = self._counts.get(one.key(now), (0, 0))
            limit = -(-one.rule.calls // max(1, self.shares))
            left = limit - count - 1
            found.append(Standing(limit, max(0, left), _seconds_left(one, now), refused=left < 0))
        if not any(one.refused for one in found):
            for one in met:
                key = one.key(now)
                self._counts[key] = (self._counts.get(key, (0, 0))[0] + 1, one.window(now)[1])
        if len(self._counts) > _TIDY_AT:
            self._counts = {key: kept for key, kept in self._counts.items() if kept[1] > now}
        return found


def standings(met: Sequence[CountedCall], counts: Sequence[int], now: float) -> list[Standing]:
    """Where limits stand by what was counted elsewhere before this call."""
    return [
        Standing(
            one.rule.calls,
            max(0, one.rule.calls - count - 1),
            _seconds_left(one, now),
            refused=count >= one.rule.calls,
        )
        for one, count in zip(met, counts, strict=True)
    ]


def _seconds_left(one: CountedCall, now: float) -> int:
    return max(1, -int(-(one.window(now)[1] - now) // 1))
