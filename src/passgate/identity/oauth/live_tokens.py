"""Our own access tokens, given back to us: verified, and looked up in the registry."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, select

from passgate.contracts.revocation_list import TokenFacts
from passgate.identity import repository
from passgate.identity.models import Token
from passgate.identity.oauth.shared_work import SharedWork
from passgate.identity.schemas import TokenIssuer
from passgate.identity.service.revocation import deny_index
from passgate.kernel.clock import epoch_seconds
from passgate.sdk.refusal import TokenRefusedError
from passgate.sdk.rules import Rules
from passgate.sdk.verification_key import VerificationKey
from passgate.sdk.verified_token import VerifiedToken
from passgate.sdk.verifier import verified
from passgate.storage.work import Work

_MOST_SEEN = 10_000
_SEEN: dict[bytes, tuple[VerifiedToken, VerificationKey]] = {}
"""Tokens whose signature was found to hold, by their SHA-256."""

_QUERY = select(
    Token.jti,
    Token.kind,
    Token.subject,
    Token.application_id,
    Token.user_id,
    Token.team_id,
    Token.audience,
    Token.scopes,
    Token.expires_at,
    Token.revoked_at,
).where(Token.jti == bindparam("jti"))


@dataclass(frozen=True, slots=True)
class LiveToken:
    """An access token of ours that holds at this moment.

    Attributes:
        jti: its id.
        kind: the registry's word for it.
        claims: all that it says.
        subject: whom it speaks for.
        client_id: who got it.
        user_id: the person, where it speaks for one.
        team_id: the team of the application that got it.
        audiences: for whom it is.
        scopes: what it allows.
        expires_at: until when.
    """

    jti: str
    kind: str
    claims: Mapping[str, Any]
    subject: str
    client_id: str
    user_id: str | None
    team_id: str | None
    audiences: tuple[str, ...]
    scopes: tuple[str, ...]
    expires_at: datetime


def live_token(work: Work, issuer: TokenIssuer, text: str) -> LiveToken | None:
    """The token where it holds: for any audience of ours, in the registry, not revoked by any level.

    Introspection, userinfo and exchange ask for it; each looks at the audience by itself.
    """
    shared = SharedWork.of(work)
    keys = shared.once("verification keys", lambda: _keys(work))
    try:
        found = _verified(text, keys, issuer.issuer, epoch_seconds(work.clock.now()))
    except TokenRefusedError:
        return None
    row = shared.once(("token", found.jti), lambda: work.session.execute(_QUERY, {"jti": found.jti}).first())
    if row is None or row.revoked_at is not None or row.subject != found.subject:
        return None
    index = shared.once(
        ("deny", found.subject, found.client_id, found.kid),
        lambda: deny_index(work, found.subject, found.client_id, found.kid),
    )
    if index.refusal(TokenFacts(found.jti, found.subject, found.client_id, found.issued_at, found.kid)) is not None:
        return None
    return LiveToken(
        jti=row.jti,
        kind=row.kind,
        claims=found.claims,
        subject=row.subject,
        client_id=found.client_id,
        user_id=row.user_id,
        team_id=row.team_id,
        audiences=tuple(row.audience.split()),
        scopes=tuple(row.scopes),
        expires_at=row.expires_at,
    )


def _keys(work: Work) -> dict[str, VerificationKey]:
    return {key.kid: _key(json.dumps(key.public_jwk, sort_keys=True)) for key in repository.signing_keys(work)}


@lru_cache(maxsize=64)
def _key(jwk: str) -> VerificationKey:
    return VerificationKey.of_jwk(json.loads(jwk))


def _verified(text: str, keys: Mapping[str, VerificationKey], issuer: str, now: float) -> VerifiedToken:
    """The claims; the signature of the same bytes by the same key is not computed twice.

    Only what can never change is kept: whether the key is still published, the time, and the registry are asked anew.

    Raises:
        TokenRefusedError: the token does not hold.
    """
    digest, rules = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest(), Rules(issuer, ())
    known = _SEEN.get(digest)
    if known is not None:
        token, key = known
        if keys.get(token.kid) is key and token.issuer == issuer and now < token.expires_at + rules.leeway:
            return token
    token = verified(text, keys, rules, now=now)
    if len(_SEEN) >= _MOST_SEEN:
        _SEEN.clear()
    _SEEN[digest] = token, keys[token.kid]
    return token
