"""How full limits on calls, tokens and places become, for alerts. Sans-I/O."""

from passgate.contracts.routing import LimitPeak
from passgate.inference.limits.counters import Verdict
from passgate.inference.limits.limit import Ask

_HOUR = 3600
_FULL = 100


class LimitPeaks:
    """What one worker has seen; of the present hour and the one before."""

    def __init__(self) -> None:
        self._peaks: dict[tuple[str, int], int] = {}

    def note(self, verdict: Verdict, now: float) -> None:
        """Note where a call stood at its limits."""
        for ask in verdict.standing:
            first = ask.limit.first_alert
            if first is not None and (share := (ask.used + ask.amount) * _FULL // max(1, ask.share)) >= first:
                self._note(ask, share, now)
        refused = verdict.refused
        if refused is not None and refused.limit.alert_percents:
            share = (refused.used + refused.amount) * _FULL // max(1, refused.share)
            self._note(refused, max(_FULL, share), now)

    def _note(self, ask: Ask, share: int, now: float) -> None:
        reached = 0
        for percent in ask.limit.alert_percents:
            if reached < percent <= share:
                reached = percent
        if not reached:
            return
        key = (ask.limit.key, int(now) // _HOUR * _HOUR)
        if self._peaks.get(key, 0) < reached:
            self._peaks[key] = reached

    def told(self, now: float) -> tuple[LimitPeak, ...]:
        """What is worth telling; older ones are forgotten."""
        oldest = now - 2 * _HOUR
        for key in [key for key in self._peaks if key[1] < oldest]:
            del self._peaks[key]
        return tuple(
            LimitPeak(limit_id=limit_id, hour=hour, percent=percent)
            for (limit_id, hour), percent in sorted(self._peaks.items())
        )
