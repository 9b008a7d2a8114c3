"""Where a caller stands, in OpenAI's headers (https://platform.openai.com/docs/guides/rate-limits)."""

from collections.abc import Sequence

from passgate.contracts.limits import LimitMeasure
from passgate.inference.limits.counters import Used

_MEASURES: tuple[LimitMeasure, ...] = ("requests", "tokens")
_MINUTE = 60

Header = tuple[bytes, bytes]


def rate_headers(standing: Sequence[Used], now: float) -> list[Header]:
    """``x-ratelimit-limit-``, ``-remaining-`` and ``-reset-`` of requests and tokens: of several, the tightest."""
    tightest: dict[LimitMeasure, Used] = {}
    for one in standing:
        measure = one.ask.limit.measure
        known = tightest.get(measure)
        if known is None or one.remaining < known.remaining:
            tightest[measure] = one
    headers: list[Header] = []
    for measure in _MEASURES:
        found = tightest.get(measure)
        if found is not None:
            kind = measure.encode()
            headers.append((b"x-ratelimit-limit-" + kind, b"%d" % found.limit))
            headers.append((b"x-ratelimit-remaining-" + kind, b"%d" % found.remaining))
            headers.append((b"x-ratelimit-reset-" + kind, _duration(found.ask.limit.end - now)))
    return headers


def _duration(seconds: float) -> bytes:
    """As OpenAI writes it: ``1s``, ``59s``, ``1m0s``."""
    whole = max(1, int(seconds) + 1)
    return b"%ds" % whole if whole < _MINUTE else b"%dm%ds" % divmod(whole, _MINUTE)
