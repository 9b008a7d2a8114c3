"""Where a caller stands, in OpenAI's headers (https://platform.openai.com/docs/guides/rate-limits)."""

from collections.abc import Sequence

from passgate.contracts.limits import LimitMeasure
from passgate.inference.limits.counters import Used

_NAMES: tuple[tuple[LimitMeasure, bytes, bytes, bytes], ...] = (
    ("requests", b"x-ratelimit-limit-requests", b"x-ratelimit-remaining-requests", b"x-ratelimit-reset-requests"),
    ("tokens", b"x-ratelimit-limit-tokens", b"x-ratelimit-remaining-tokens", b"x-ratelimit-reset-tokens"),
)
_MINUTE = 60

Header = tuple[bytes, bytes]


def rate_headers(standing: Sequence[Used], now: float) -> list[Header]:
    """``x-ratelimit-limit-``, ``-remaining-`` and ``-reset-`` of requests and tokens: of several, the tightest."""
    headers: list[Header] = []
    for measure, limit, remaining, reset in _NAMES:
        met = [one for one in standing if one.ask.limit.measure == measure]
        if met:
            tightest = met[0] if len(met) == 1 else min(met, key=_remaining)
            headers += (
                (limit, b"%d" % tightest.limit),
                (remaining, b"%d" % tightest.remaining),
                (reset, _duration(tightest.ask.limit.end - now)),
            )
    return headers


def _remaining(used: Used) -> int:
    return used.remaining


def _duration(seconds: float) -> bytes:
    """As OpenAI writes it: ``1s``, ``59s``, ``1m0s``."""
    whole = max(1, int(seconds) + 1)
    return b"%ds" % whole if whole < _MINUTE else b"%dm%ds" % divmod(whole, _MINUTE)
