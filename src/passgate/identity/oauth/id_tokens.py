"""ID tokens (OpenID Connect Core section 2) and what the userinfo endpoint says of a person."""

import base64
import hashlib
from collections.abc import Iterable
from typing import Any

from passgate.identity.models import User
from passgate.identity.oauth.client import Client
from passgate.identity.oauth.flow_tables import OAuthGrant
from passgate.identity.schemas import TokenIssuer
from passgate.identity.service.keys import ensure_signing_key, sign
from passgate.kernel.clock import epoch_seconds
from passgate.storage.work import Work

LIFETIME_SECONDS = 3600
TYP = "JWT"


def id_token(  # noqa: PLR0913 - what it speaks of
    work: Work, issuer: TokenIssuer, *, client: Client, user: User, grant: OAuthGrant, access_token: str
) -> str:
    """An ID token; its audience is the client alone, so it never passes the gate."""
    now = epoch_seconds(work.clock.now())
    claims: dict[str, Any] = {
        "iss": issuer.issuer,
        "aud": client.id,
        "iat": now,
        "exp": now + LIFETIME_SECONDS,
        "auth_time": epoch_seconds(grant.auth_time),
        "at_hash": _half_hash(access_token),
        **person_claims(user, grant.scopes),
    }
    if grant.nonce is not None:
        claims["nonce"] = grant.nonce
    if grant.session_id is not None:
        claims["sid"] = grant.session_id
    return sign(work, ensure_signing_key(work), TYP, claims)


def person_claims(user: User, scopes: Iterable[str]) -> dict[str, Any]:
    """What the scopes let a client know of a person (OpenID Connect Core section 5.4)."""
    claims: dict[str, Any] = {"sub": user.id}
    if "profile" in scopes:
        claims["name"] = user.name
        claims["preferred_username"] = user.email
    if "email" in scopes:
        claims["email"] = user.email
    return claims


def _half_hash(text: str) -> str:
    """The left half of the hash, for ES256 of SHA-256 (OpenID Connect Core section 3.1.3.6)."""
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()[:16]).rstrip(b"=").decode()
