"""An issuer of others whose tokens the gate accepts, and whose calls they are: the gate and the workers agree on it."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from passgate.contracts.frozen import Contract


class TrustedIssuer(Contract):
    """What a token of this issuer must be, once its signature holds, and which application it stands for."""

    id: str
    issuer: str
    audiences: tuple[str, ...]
    keys: tuple[dict[str, str], ...] = ()
    """Its public keys as JWKs (RFC 7517), each with kid and alg; what was last known of them."""
    token_type: str | None = None
    """What the header's ``typ`` must be; None: anything."""
    application_id: str | None = None
    """Whose calls all of its tokens are; None: the claim says it."""
    application_claim: str | None = None
    applications: dict[str, str] = Field(default_factory=dict)
    """Value of that claim -> id of an active application."""
    required_claims: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Claim -> values, one of which it must be, or hold where it is a list."""
    needs_jti: bool = True
    blocked_subjects: tuple[str, ...] = ()


def application_of(issuer: TrustedIssuer, claims: Mapping[str, Any]) -> str | None:
    """The application whose call a token of this issuer is; None where the token may not pass.

    Args:
        issuer: the one that ``iss`` names.
        claims: of a token whose signature, audience, times and type hold.
    """
    subject = claims.get("sub")
    if not isinstance(subject, str) or not subject or subject in issuer.blocked_subjects:
        return None
    if issuer.needs_jti and not _is_text(claims.get("jti")):
        return None
    for name, allowed in issuer.required_claims.items():
        if not set(allowed) & _values(claims.get(name)):
            return None
    if issuer.application_claim is None:
        return issuer.application_id
    value = claims.get(issuer.application_claim)
    return issuer.applications.get(value) if isinstance(value, str) else None


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _values(value: object) -> set[str]:
    many = value if isinstance(value, list) else [value]
    return {one for one in many if isinstance(one, str)}
