"""Signing keys in daily work: which one signs, with which ones tokens are verified."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from passgate.identity import repository
from passgate.identity.keys.material import PrivateKey, new_private_key, opened, private_jwk, public_part
from passgate.identity.keys.rules import DEFAULT_ALGORITHM
from passgate.identity.keys.signature import signed_compact
from passgate.identity.models import SigningKey, Token
from passgate.kernel.actor import SYSTEM, Actor
from passgate.kernel.errors import ConflictError, InvalidInputError
from passgate.kernel.permissions import Permission
from passgate.sdk.verification_key import KINDS
from passgate.storage.work import Work


def ensure_signing_key(work: Work) -> SigningKey:
    """The key that signs unless another algorithm is asked for, made at first need."""
    return active_key(work, DEFAULT_ALGORITHM)


def active_key(work: Work, algorithm: str) -> SigningKey:
    """The key that signs now with an algorithm: ES256, ES384, RS256, PS256 or EdDSA; made at first need.

    Raises:
        InvalidInputError: another algorithm.
    """
    check_algorithm(algorithm)
    key = repository.signing_key(work, algorithm, "active")
    if key is not None:
        return key
    repository.lock_keys(work)
    key = repository.signing_key(work, algorithm, "active")
    if key is not None:
        return key
    key = repository.signing_key(work, algorithm, "next") or new_key(SYSTEM, work, algorithm)
    key.status, key.activated_at = "active", work.clock.now()
    work.session.flush()
    return key


def sign(work: Work, key: SigningKey, typ: str, claims: Mapping[str, Any]) -> str:
    """A JWT of these claims in the compact form (RFC 7519 section 7.1), signed with an active key.

    Args:
        work: the unit of work.
        key: from :func:`active_key`.
        typ: the header's ``typ``: what sort of token it is (RFC 8725 section 3.11).
        claims: the payload.

    Raises:
        ConflictError: the key signs no more.
    """
    if key.sealed_private_jwk is None:
        raise ConflictError(f"The key {key.kid} signs no more.", code="key_ended")
    header = {"alg": key.algorithm, "kid": key.kid, "typ": typ}
    return signed_compact(opened(work.vault.open(key.sealed_private_jwk)), header, claims)


def public_jwks(work: Work) -> dict[str, list[dict[str, str]]]:
    """The JWK Set (RFC 7517 section 5) that anyone may verify tokens with, the next keys in it, too."""
    return {"keys": [key.public_jwk for key in repository.signing_keys(work)]}


def list_keys(actor: Actor, work: Work) -> Sequence[SigningKey]:
    """All signing keys, those that have ended too, newest first.

    Raises:
        ForbiddenError: without the permission key:read.
    """
    actor.require(Permission.KEY_READ)
    return repository.every_signing_key(work)


def live_tokens_by_key(actor: Actor, work: Work) -> dict[str, int]:
    """How many live tokens each key has signed, by kid: what its revocation would cost.

    Raises:
        ForbiddenError: without the permission key:read.
    """
    actor.require(Permission.KEY_READ)
    live = repository.live_tokens(Token.kid.is_not(None), work.clock.now())
    counted = work.session.execute(select(Token.kid, func.count()).where(live).group_by(Token.kid))
    return dict(counted.all())


def check_algorithm(algorithm: str) -> None:
    """Refuse an algorithm that signs nothing here.

    Raises:
        InvalidInputError: names those that do.
    """
    if algorithm not in KINDS:
        raise InvalidInputError(
            f"The algorithm must be one of {', '.join(KINDS)}.", code="key_algorithm", field="algorithm"
        )


def new_key(actor: Actor, work: Work, algorithm: str) -> SigningKey:
    """A key made here, published from now on; it does not sign yet. Whoever calls this holds the lock on keys."""
    return store_key(actor, work, new_private_key(algorithm), work.ids.new("key"), algorithm, origin="made")


def store_key(  # noqa: PLR0913 - what a key consists of
    actor: Actor, work: Work, private: PrivateKey, kid: str, algorithm: str, *, origin: str
) -> SigningKey:
    """Store a key, its private part sealed, as the next one of its algorithm."""
    jwk = private_jwk(private, kid, algorithm)
    key = SigningKey(
        kid=kid,
        algorithm=algorithm,
        public_jwk=public_part(jwk),
        sealed_private_jwk=work.vault.seal(json.dumps(jwk)),
        status="next",
        origin=origin,
        created_at=work.clock.now(),
        created_by=actor.id,
    )
    work.session.add(key)
    work.session.flush()
    return key
