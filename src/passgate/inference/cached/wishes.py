"""What a caller says of kept answers in a request (RFC 9111, section 5.2.1)."""

from dataclasses import dataclass

from passgate.inference.cached.fields import Fields, seconds_of

_PASSING_BY = ("range", "if-match", "if-unmodified-since", "if-range")
"""What only the upstream itself can judge."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """Of one request."""

    passes_by: bool = False
    """Its answer is neither looked for nor kept."""
    anew: bool = False
    """The upstream shall be asked; its answer may be kept."""
    only_kept: bool = False
    """The upstream shall not be asked."""
    oldest: int | None = None
    """Seconds; None: any age will do."""


def wishes_of(request: Fields) -> Wishes:
    """The wishes; what cannot be read is none."""
    said = request.directives()
    if "no-store" in said or any(name in request for name in _PASSING_BY):
        return Wishes(passes_by=True)
    old_style = "cache-control" not in request and "no-cache" in request.names_in("pragma")
    return Wishes(
        anew="no-cache" in said or old_style,
        only_kept="only-if-cached" in said,
        oldest=seconds_of(said.get("max-age", "")),
    )


def has_changed(status: int, request: Fields, answer: Fields) -> bool:
    """Whether the caller, who may have the answer already, needs its body (RFC 9110 section 13.2.2)."""
    known = request.get("if-none-match")
    if known is not None:
        tag = (answer.get("etag") or "").removeprefix("W/")
        tags = {part.strip().removeprefix("W/") for part in known.split(",")}
        return "*" not in tags and (not tag or tag not in tags)
    since, last = request.moment("if-modified-since"), answer.moment("last-modified")
    return status != _OK or since is None or last is None or last > since


_OK = 200
