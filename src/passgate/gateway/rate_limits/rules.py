"""Rate limits as they travel from the compiled route, through Envoy, to the counters.

The route itself says by which limits it is bound, so counters need no snapshot and a change of routes resets none:
a count goes by what the limit was set on, not by the route.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import get_args

from passgate.contracts.service_policy import RateSubject, RateWindow

LIMITS_KEY, SERVICE_KEY, ADDRESS_KEY = "limits", "service", "remote_address"
APPLICATION_KEY, SUBJECT_KEY, TOKEN_KEY = "application", "user", "token"
RATES_KEY = "rates"
"""Keys of the entries of a descriptor; of a trusted issuer's token they go on with ``:`` and the issuer's id."""

_FIELDS = ";"
_LIMITS = "\n"
_SECONDS = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400}


@dataclass(frozen=True, slots=True)
class RateRule:
    """So many calls a window.

    Attributes:
        scope: what the limit was set on; counts go by it.
        per: whose calls are counted together.
        calls: how many are let through.
        window: of the calendar, in UTC.
    """

    scope: str
    per: RateSubject
    calls: int
    window: RateWindow


def written(rules: list[RateRule]) -> str:
    """The rules as the value of a descriptor's entry."""
    return _LIMITS.join(_FIELDS.join((one.per, one.window, str(one.calls), one.scope)) for one in rules)


@lru_cache(maxsize=50_000)
def read(text: str) -> tuple[RateRule, ...]:
    """The rules of such a value.

    Raises:
        ValueError: it is none.
    """
    found = []
    for line in text.split(_LIMITS) if text else ():
        per, window, calls, scope = line.split(_FIELDS, 3)
        if per not in get_args(RateSubject) or window not in get_args(RateWindow):
            raise ValueError(f"{line!r} is no rate limit")
        found.append(RateRule(scope, per, int(calls), window))  # type: ignore[arg-type]  # just looked at
    return tuple(found)


@lru_cache(maxsize=50_000)
def own_rates(text: str) -> tuple[tuple[str, RateRule], ...]:
    """The rates in a token's claim ``rates``, by the id of the token that each counts for.

    Raises:
        ValueError: it is none.
    """
    pairs = (one.rpartition(":") for one in text.split())
    return tuple((jti, RateRule("token", "token", int(calls), "minute")) for jti, _, calls in pairs)


def window_of(window: RateWindow, now: float) -> tuple[int, int]:
    """Begin and end of the window that a moment lies in, as NumericDates."""
    if window == "month":
        moment = datetime.fromtimestamp(now, UTC)
        begin = datetime(moment.year, moment.month, 1, tzinfo=UTC)
        end = datetime(moment.year + moment.month // 12, moment.month % 12 + 1, 1, tzinfo=UTC)
        return int(begin.timestamp()), int(end.timestamp())
    length = _SECONDS[window]
    start = int(now) // length * length
    return start, start + length
