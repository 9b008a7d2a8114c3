"""Judging a call by what Envoy tells of it: which limits it meets, and whether it may go on."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from passgate.gateway.rate_limits import rules
from passgate.gateway.rate_limits.counts import CountedCall, MemoryCounts, Standing
from passgate.gateway.rate_limits.plans import PlanRates

if TYPE_CHECKING:
    from passgate.gateway.rate_limits.valkey_counts import ValkeyCounts

_NOBODY = ""


class CountsAwayError(Exception):
    """The shared counters are away, and the node shall not count alone."""


@dataclass(slots=True)
class Limiter:
    """The limits of one node."""

    memory: MemoryCounts = field(default_factory=MemoryCounts)
    shared: "ValkeyCounts | None" = None
    refuses_alone: bool = False
    """Whether calls are refused, not counted here, while the shared counters are away."""
    plans: PlanRates = field(default_factory=PlanRates)

    async def judge(self, told: Mapping[str, str], now: float) -> Sequence[Standing]:
        """Count the call; where its limits stand. It is refused where one of them is ``refused``.

        Args:
            told: entries of the descriptor.
            now: NumericDate.

        Raises:
            CountsAwayError: the shared counters are away, and the node shall not count alone.
            ValueError: the entries are none of ours.
        """
        met = list(self._met(told))
        if not met:
            return ()
        if self.shared is not None:
            found = await self.shared.take(met, now)
            if found is not None:
                return found
            if self.refuses_alone:
                raise CountsAwayError
        return self.memory.take(met, now)

    def _met(self, told: Mapping[str, str]) -> Iterator[CountedCall]:
        for jti, rule in rules.own_rates(told.get(rules.RATES_KEY, "")):
            yield CountedCall(rule, jti)
        application = self._application(told)
        address = told.get(rules.ADDRESS_KEY, _NOBODY)
        # Who brings no token is counted by address.
        subjects = {
            "application": application or f"ip:{address}",
            "user": _told(told, rules.SUBJECT_KEY) or f"ip:{address}",
            "token": _told(told, rules.TOKEN_KEY) or f"ip:{address}",
            "ip": address,
            "service": _NOBODY,
        }
        for rule in rules.read(told.get(rules.LIMITS_KEY, "")):
            yield CountedCall(rule, subjects[rule.per])
        for rule in self.plans.rates.get((told.get(rules.SERVICE_KEY, ""), application or ""), ()):
            yield CountedCall(rule, application or "")

    def _application(self, told: Mapping[str, str]) -> str | None:
        own = told.get(rules.APPLICATION_KEY)
        if own:
            return own
        for key, value in told.items():
            if key.startswith(f"{rules.APPLICATION_KEY}:") and value:
                return self.plans.application_of(key.partition(":")[2], value) or f"{key}={value}"
        return None


def _told(told: Mapping[str, str], key: str) -> str | None:
    if told.get(key):
        return told[key]
    return next((f"{name}={value}" for name, value in told.items() if name.startswith(f"{key}:") and value), None)
