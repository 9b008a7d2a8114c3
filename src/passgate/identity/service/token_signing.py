"""The claims of a new token, and its signature."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from joserfc import jws
from joserfc.jwk import OctKey

from passgate.identity.models import SigningKey, Token
from passgate.identity.schemas import TokenIssuer
from passgate.identity.service.keys import sign
from passgate.identity.service.token_bearers import PERSONAL_CLIENT
from passgate.identity.token_limits import TokenLimits, rates_claim
from passgate.kernel.clock import epoch_seconds
from passgate.kernel.errors import InvalidInputError
from passgate.sdk.verifier import MAX_TOKEN_BYTES
from passgate.storage.work import Work

ACCESS_TYPE = "at+jwt"
"""``typ`` of access tokens (RFC 9068 section 2.1)."""
CUSTOM_TYPE = "JWT"
"""``typ`` of custom tokens: neither the gate nor the management API takes it."""


def access_claims(issuer: TokenIssuer, row: Token, roles: Sequence[str] = ()) -> dict[str, Any]:
    """The claims of an access token (RFC 9068 section 2.2), its bearer's roles (section 2.2.3.1), and its limits."""
    claims = basic_claims(issuer, row) | {"client_id": row.application_id or PERSONAL_CLIENT}
    if row.scopes:
        claims["scope"] = " ".join(row.scopes)
    if roles:
        claims["roles"] = list(roles)
    return claims | TokenLimits.of(row).claims() | rates_claim([row])


def basic_claims(issuer: TokenIssuer, row: Token) -> dict[str, Any]:
    """What every token says of itself (RFC 7519 section 4.1)."""
    audiences = row.audiences
    return {
        "iss": issuer.issuer,
        "sub": row.subject,
        "aud": audiences[0] if len(audiences) == 1 else audiences,
        "jti": row.jti,
        "iat": epoch_seconds(row.issued_at),
        "exp": epoch_seconds(row.expires_at),
    }


def signed(work: Work, key: SigningKey, typ: str, claims: Mapping[str, Any]) -> str:
    """The token, signed with a key of ours.

    Raises:
        InvalidInputError: it is larger than verifiers take.
    """
    return _bounded(sign(work, key, typ, claims))


def signed_with_secret(secret: str, claims: Mapping[str, Any]) -> str:
    """A custom token, signed by HS256 (RFC 7518 section 3.2) with a secret that its verifier shares.

    Raises:
        InvalidInputError: it is larger than verifiers take.
    """
    header = {"alg": "HS256", "typ": CUSTOM_TYPE}
    payload = json.dumps(claims, separators=(",", ":"))
    return _bounded(jws.serialize_compact(header, payload, OctKey.import_key(secret), algorithms=["HS256"]))


def _bounded(token: str) -> str:
    if len(token) > MAX_TOKEN_BYTES:
        text = f"The token would have {len(token)} bytes, and {MAX_TOKEN_BYTES} are the most: name fewer things in it."
        raise InvalidInputError(text, code="token_too_large")
    return token
