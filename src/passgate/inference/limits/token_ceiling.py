"""What a token says of its own limits, in the claims ``budget``, ``rpm`` and ``parents``."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_NOTHING = 0


@dataclass(frozen=True, slots=True)
class TokenCeiling:
    """One token's own limits; None: none of that sort."""

    jti: str
    budget: int | None
    """Micro-dollars in its whole life."""
    rpm: int | None
    """Calls a minute."""


def ceilings_of(jti: str, claims: Mapping[str, Any]) -> tuple[TokenCeiling, ...]:
    """The ceilings of a token and of those that it was made from: a child's calls count against them, too.

    A claim that cannot be read leaves nothing, so that a fault never makes a limit vanish.
    """
    parents = claims.get("parents", [])
    told = [(jti, claims)]
    if not isinstance(parents, list):
        return (TokenCeiling(jti, _NOTHING, _NOTHING),)
    for parent in parents:
        if not (isinstance(parent, dict) and isinstance(parent.get("jti"), str)):
            return (TokenCeiling(jti, _NOTHING, _NOTHING),)
        told.append((parent["jti"], parent))
    return tuple(found for name, stated in told if (found := _ceiling(name, stated)) is not None)


def _ceiling(jti: str, claims: Mapping[str, Any]) -> TokenCeiling | None:
    budget, rpm = claims.get("budget"), claims.get("rpm")
    if budget is None and rpm is None:
        return None
    return TokenCeiling(jti, _number(budget), _number(rpm))


def _number(claim: object) -> int | None:
    if claim is None:
        return None
    return claim if isinstance(claim, int) and not isinstance(claim, bool) and claim >= 0 else _NOTHING
