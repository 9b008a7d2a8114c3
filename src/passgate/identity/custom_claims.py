"""The claims of custom tokens: fixed, or taken from the subject; those with a meaning of their own are protected."""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, JsonValue

from passgate.kernel.given import Input

Source = Literal[
    "subject.id",
    "subject.name",
    "subject.email",
    "subject.kind",
    "application.id",
    "application.name",
    "team.id",
    "team.name",
]
"""What a claim may be taken from; the e-mail is a user's only."""

RESERVED = frozenset(
    {
        # RFC 7519 section 4.1; RFC 9068 and RFC 8693
        *("iss", "sub", "aud", "exp", "nbf", "iat", "jti", "client_id", "scope", "act", "may_act"),
        # OpenID Connect Core section 2, Back-Channel Logout section 2.4, and RFC 7800: nobody may make an ID token, a
        # logout token or a bound token of a custom one
        *("auth_time", "nonce", "acr", "amr", "azp", "at_hash", "c_hash", "s_hash", "sid", "events", "cnf"),
        # Passgate's own
        *("models", "services", "budget", "rpm", "rates", "parents"),
    }
)
"""Names that no custom claim may have."""

MAX_CLAIMS = 50
MAX_NAME = 200
MAX_BYTES = 4096
_DEEPEST = 8


def _is_free(name: str) -> str:
    if name in RESERVED:
        raise ValueError(f"the claim {name} has a meaning of its own and cannot be set")
    if not name.isprintable():
        raise ValueError("a claim's name is printable text")
    return name


def _is_modest(claims: dict[str, Any]) -> dict[str, Any]:
    if _depth(claims) > _DEEPEST:
        raise ValueError(f"claims are nested {_DEEPEST} deep at most")
    try:
        size = len(json.dumps(claims, allow_nan=False, ensure_ascii=False).encode("utf-8"))
    except ValueError:
        raise ValueError("claims hold only what JSON can: no NaN, no half characters") from None
    if size > MAX_BYTES:
        raise ValueError(f"claims have {MAX_BYTES} bytes of JSON at most")
    return claims


def _depth(value: object) -> int:
    """How deep objects and lists stand in each other; stops counting where it is too deep anyway."""
    level, depth = [value], 0
    while level and depth <= _DEEPEST + 1:
        inner = [part for one in level for part in _parts(one)]
        level, depth = inner, depth + 1
    return depth - 1


def _parts(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return list(value) if isinstance(value, list) else []


ClaimName = Annotated[str, Field(min_length=1, max_length=MAX_NAME), AfterValidator(_is_free)]
Claims = Annotated[dict[ClaimName, JsonValue], Field(max_length=MAX_CLAIMS), AfterValidator(_is_modest)]
"""Claims as they go into the token."""


class FixedClaim(Input):
    """The same value in every token."""

    value: JsonValue


class TakenClaim(Input):
    """Something of the subject."""

    source: Source = Field(alias="from")


def _values_are_modest(claims: dict[str, "FixedClaim | TakenClaim"]) -> dict[str, "FixedClaim | TakenClaim"]:
    _is_modest({name: claim.value for name, claim in claims.items() if isinstance(claim, FixedClaim)})
    return claims


ClaimRules = Annotated[
    dict[ClaimName, FixedClaim | TakenClaim], Field(max_length=MAX_CLAIMS), AfterValidator(_values_are_modest)
]
"""Claims as a template has them."""


def filled(rules: Mapping[str, Mapping[str, Any]], subject: Mapping[str, str | None]) -> dict[str, Any]:
    """A template's claims for one subject; what the subject does not have is left out.

    Args:
        rules: as :class:`~passgate.identity.models.TokenTemplate` stores them.
        subject: value by :data:`Source`.
    """
    claims: dict[str, Any] = {}
    for name, rule in rules.items():
        if "from" not in rule:
            claims[name] = rule["value"]
        elif subject.get(rule["from"]) is not None:
            claims[name] = subject[rule["from"]]
    return claims
