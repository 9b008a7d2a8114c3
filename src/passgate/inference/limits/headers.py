"""Where a caller stands, in OpenAI's headers (https://platform.openai.com/docs/guides/rate-limits)."""

from collections.abc import Mapping, Sequence

from passgate.contracts.limits import LimitMeasure
from passgate.inference.limits.counters import Used

_NAMES: Mapping[LimitMeasure, tuple[bytes, bytes, bytes]] = {
    "requests": (b"x-ratelimit-limit-requests", b"x-ratelimit-remaining-requests", b"x-ratelimit-reset-requests"),
    "tokens": (b"x-ratelimit-limit-tokens", b"x-ratelimit-remaining-tokens", b"x-ratelimit-reset-tokens"),
}
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
    for measure, (limit, remaining, reset) in _NAMES.items():
        found = tightest.get(measure)
        if found is not None:
            headers += (
                (limit, b"%d" % found.limit),
                (remaining, b"%d" % found.remaining),
                (reset, _duration(found.ask.limit.end - now)),
            )
    return headers


def _duration(seconds: float) -> bytes:
    """As OpenAI writes it: ``1s``, ``59s``, ``1m0s``."""
    whole = max(1, int(seconds) + 1)
    return b"%ds" % whole if whole < _MINUTE else b"%dm%ds" % divmod(whole, _MINUTE)
