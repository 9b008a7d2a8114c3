"""Whether an answer may be kept, and for how long (RFC 9111, sections 3 and 4.2)."""

from dataclasses import dataclass

from passgate.inference.cached.fields import Fields, seconds_of
from passgate.inference.policies.answer_cache import LONGEST_SECONDS

_BY_POLICY = frozenset({200, 203, 204, 300, 301, 308, 410})
"""Statuses of answers that are kept by the policy's time, where they say nothing themselves."""
_IF_SAID = _BY_POLICY | {302, 307, 404, 405, 414, 501}
"""Those that are kept where the answer itself says how long."""
_EVENTS = "text/event-stream"


@dataclass(frozen=True, slots=True)
class Keeping:
    """How an answer may be kept."""

    seconds: int
    """From now on."""
    age: int
    """Seconds that it has been on its way, or in other caches."""
    is_open: bool
    """It says of itself that it may be given to others than the one whose credential brought it (section 3.5)."""


def keeping_of(status: int, answer: Fields, *, by_policy: int, now: float, waited: float) -> Keeping | None:
    """How the answer to a GET may be kept; None: not at all.

    Args:
        status: of the answer.
        answer: its header fields.
        by_policy: seconds for an answer that says nothing of it; 0: it is not kept.
        now: seconds since 1970.
        waited: seconds from the request to the answer's head.
    """
    said = answer.directives()
    if status not in _IF_SAID or not {"no-store", "private", "no-cache"}.isdisjoint(said):
        return None
    if "set-cookie" in answer or "*" in answer.names_in("vary"):
        return None
    if (answer.get("content-type") or "").lower().startswith(_EVENTS):
        return None
    age = _age(answer, now, waited)
    lifetime = _said_lifetime(answer, said, now)
    unsaid = by_policy if status in _BY_POLICY else 0
    left = min(lifetime, LONGEST_SECONDS) - age if lifetime is not None else unsaid
    is_open = not {"public", "s-maxage", "must-revalidate"}.isdisjoint(said)
    return Keeping(left, age, is_open) if left > 0 else None


def _said_lifetime(answer: Fields, said: dict[str, str], now: float) -> int | None:
    """What the answer says; what cannot be read means that it is stale (section 4.2.1)."""
    for name in ("s-maxage", "max-age"):
        if name in said:
            return seconds_of(said[name]) or 0
    if "expires" not in answer:
        return None
    end = answer.moment("expires")
    start = answer.moment("date")
    return 0 if end is None else int(end - (now if start is None else start))


def _age(answer: Fields, now: float, waited: float) -> int:
    """Section 4.2.3."""
    sent = answer.moment("date")
    apparent = max(0.0, now - sent) if sent is not None else 0.0
    told = seconds_of(answer.get("age") or "") or 0
    return int(max(apparent, told + waited))
