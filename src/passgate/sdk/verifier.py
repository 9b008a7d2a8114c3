"""The one strict verifier of access tokens (RFC 9068), by the rules of RFC 8725.

Common libraries take the last of duplicate claims, ignore ``crit``, accept several encodings of one token, or a token
of another purpose. This one refuses all of these, with one code for each rule.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from passgate.sdk.examination import CLAIM_CHECKS, MAX_TOKEN_BYTES, SIGNATURE_CHECKS, Reading
from passgate.sdk.explanation import Explanation, explain
from passgate.sdk.refusal import TokenRefusedError
from passgate.sdk.rules import DEFAULT_LEEWAY_SECONDS, MAX_LEEWAY_SECONDS, Rules
from passgate.sdk.verification_key import VerificationKey
from passgate.sdk.verified_token import VerifiedToken

__all__ = [
    "MAX_LEEWAY_SECONDS",
    "MAX_TOKEN_BYTES",
    "StrictVerifier",
    "TokenRefusedError",
    "VerifiedToken",
    "open_signed",
    "verified",
    "verified_claims",
]


@dataclass(frozen=True, slots=True)
class StrictVerifier:
    """Verifies the tokens of one issuer for one audience.

    Attributes:
        issuer: what ``iss`` must be.
        audience: what ``aud`` must be or hold.
        keys: the issuer's keys by kid.
        typ: what the header's ``typ`` must be (RFC 9068 section 2.1).
        leeway: seconds that clocks may differ, 60 at most.
    """

    issuer: str
    audience: str
    keys: Mapping[str, VerificationKey]
    typ: str = "at+jwt"
    leeway: int = DEFAULT_LEEWAY_SECONDS

    def __post_init__(self) -> None:
        _ = self.rules  # which refuses a leeway that is too long

    @property
    def rules(self) -> Rules:
        """What is asked of a token."""
        return Rules(self.issuer, (self.audience,), typ=self.typ, leeway=self.leeway)

    def verify(self, token: str, *, now: float) -> VerifiedToken:
        """The token's claims, once everything holds.

        Args:
            token: the compact form (RFC 7515 section 7.1).
            now: the present moment as a NumericDate.

        Raises:
            TokenRefusedError: with the code of the first rule that it breaks.
        """
        return verified(token, self.keys, self.rules, now=now)

    def explain(self, token: str, *, now: float) -> Explanation:
        """Every check with its outcome and its reason."""
        return explain(token, self.keys, self.rules, now=now)


def verified(token: str, keys: Mapping[str, VerificationKey], rules: Rules, *, now: float) -> VerifiedToken:
    """An access token's claims, once everything holds.

    Raises:
        TokenRefusedError: with the code of the first rule that it breaks.
    """
    reading = _read(token, keys, rules, now)
    claims = reading.claims
    return VerifiedToken(
        issuer=claims["iss"],
        subject=claims["sub"],
        client_id=claims["client_id"],
        jti=claims["jti"],
        issued_at=int(claims["iat"]),
        expires_at=int(claims["exp"]),
        scopes=frozenset(claims.get("scope", "").split()),
        claims=MappingProxyType(claims),
        roles=frozenset(claims.get("roles", ())),
        kid=reading.header.get("kid", ""),
    )


def verified_claims(token: str, keys: Mapping[str, VerificationKey], rules: Rules, *, now: float) -> Mapping[str, Any]:
    """The claims of a JWT of any kind, once everything that the rules ask holds.

    Raises:
        TokenRefusedError: with the code of the first rule that it breaks.
    """
    return MappingProxyType(_read(token, keys, rules, now).claims)


def open_signed(token: str, keys: Mapping[str, VerificationKey], *, typ: str | None) -> bytes:
    """The payload of a compact JWS (RFC 7515 section 7.1) whose form, header and signature hold.

    Args:
        token: the compact form.
        keys: the keys that may have signed it, by kid.
        typ: what the header's ``typ`` must be; None: any, or none.

    Raises:
        TokenRefusedError: with the code of the first rule that it breaks.
    """
    rules = Rules(None, (), typ=typ, required=())
    reading = Reading(token, keys, rules, now=0)
    for check in SIGNATURE_CHECKS:
        check.judge(reading)
    return reading.payload


def _read(token: str, keys: Mapping[str, VerificationKey], rules: Rules, now: float) -> Reading:
    reading = Reading(token, keys, rules, now)
    for check in SIGNATURE_CHECKS:
        check.judge(reading)
    for check in CLAIM_CHECKS:
        check.judge(reading)
    return reading
