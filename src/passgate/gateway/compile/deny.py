"""The deny list, in two parts: a large base that rarely changes, and a small delta that changes in milliseconds."""

from dataclasses import dataclass

from passgate.contracts.revocation_list import RevocationList
from passgate.gateway.compile.matchers import lookup_filter
from passgate.gateway.compile.resources import Resources
from passgate.gateway.envoy import names
from passgate.gateway.envoy.names import JsonObject

LARGEST_DELTA = 500


@dataclass(frozen=True, slots=True)
class DenySplit:
    """Which jtis each part holds; their union is in force."""

    base: frozenset[str] = frozenset()
    delta: frozenset[str] = frozenset()


def denied_jtis(revocations: RevocationList) -> frozenset[str]:
    """Every token that Envoy must refuse, by jti; what concerns a holder comes expanded to its live tokens."""
    tokens = {entry.value for entry in revocations.entries if entry.kind == "token"}
    return frozenset(tokens | set(revocations.expanded_jtis)) - {""}


def split_deny(revocations: RevocationList, held: DenySplit | None = None) -> DenySplit:
    """The next split: as it was, with what is new in the delta, until the delta or the waste grows too large.

    Envoy takes the two parts one after the other, in no fixed order. So a token moves from delta to base in two
    steps: this call puts it into the base and leaves it in the delta, the next one takes it out of the delta. Entries
    that left the list (their tokens have expired) stay in the base until it is made anew; they refuse nobody.

    Args:
        revocations: the list in force.
        held: what Envoy acknowledged last; None at start.
    """
    wanted = denied_jtis(revocations)
    if held is None:
        return DenySplit(base=wanted)
    fresh = wanted - held.base
    waste = len(held.base - wanted)
    if len(fresh) <= LARGEST_DELTA and waste <= LARGEST_DELTA + len(held.base) // 2:
        return DenySplit(base=held.base, delta=fresh)
    return DenySplit(base=wanted, delta=fresh)


def compile_deny(split: DenySplit) -> Resources:
    """Both parts as extension resources."""
    parts = [_part(names.DENY_BASE_FILTER, split.base), _part(names.DENY_DELTA_FILTER, split.delta)]
    return {names.EXTENSION: {part["name"]: part for part in parts}}


def _part(name: str, jtis: frozenset[str]) -> JsonObject:
    return lookup_filter(
        name, names.JTI_STATE, dict.fromkeys(jtis, ("revoked", "DENY")), missing=("not_revoked", "ALLOW")
    )
