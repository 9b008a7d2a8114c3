"""Where a caller stands, in OpenAI's headers (https://platform.openai.com/docs/guides/rate-limits)."""

from collections.abc import Sequence

from passgate.inference.limits.limit import Ask

Header = tuple[bytes, bytes]

_Names = tuple[bytes, bytes, bytes]
_REQUESTS: _Names = (
    b"x-ratelimit-limit-requests",
    b"x-ratelimit-remaining-requests",
    b"x-ratelimit-reset-requests",
)
_TOKENS: _Names = (b"x-ratelimit-limit-tokens", b"x-ratelimit-remaining-tokens", b"x-ratelimit-reset-tokens")
_MINUTE = 60


def rate_headers(standing: Sequence[Ask], now: float) -> list[Header]:
    """``x-ratelimit-limit-``, ``-remaining-`` and ``-reset-`` of requests and tokens: of several, the tightest."""
    requests = tokens = None
    for one in standing:
        measure = one.limit.measure
        if measure == "requests":
            if requests is None or one.remaining < requests.remaining:
                requests = one
        elif measure == "tokens" and (tokens is None or one.remaining < tokens.remaining):
            tokens = one
    headers: list[Header] = []
    if requests is not None:
        headers += _headers(_REQUESTS, requests, now)
    if tokens is not None:
        headers += _headers(_TOKENS, tokens, now)
    return headers


def _headers(names: _Names, ask: Ask, now: float) -> tuple[Header, Header, Header]:
    limit, remaining, reset = names
    return (
        (limit, b"%d" % ask.share),
        (remaining, b"%d" % ask.remaining),
        (reset, _duration(ask.limit.end - now)),
    )


def _duration(seconds: float) -> bytes:
    """As OpenAI writes it: ``1s``, ``59s``, ``1m0s``."""
    whole = max(1, int(seconds) + 1)
    return b"%ds" % whole if whole < _MINUTE else b"%dm%ds" % divmod(whole, _MINUTE)
