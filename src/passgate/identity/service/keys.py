"""Signing keys: one signs, the retired ones still verify."""

import json
from collections.abc import Sequence

from joserfc.jwk import ECKey
from sqlalchemy import func, select

from passgate.identity import repository
from passgate.identity.models import SigningKey, Token
from passgate.kernel.actor import Actor
from passgate.kernel.errors import NotFoundError
from passgate.kernel.permissions import Permission
from passgate.storage.work import Work

ALGORITHM = "ES256"
"""Every client library verifies it (RFC 7518 section 3.4)."""


def ensure_signing_key(work: Work) -> SigningKey:
    """The key that signs, made at first need."""
    return repository.active_signing_key(work) or _new_key(work)


def public_jwks(work: Work) -> dict[str, list[dict[str, str]]]:
    """The JWK Set (RFC 7517 section 5) that anyone may verify tokens with."""
    return {"keys": [key.public_jwk for key in repository.signing_keys(work)]}


def list_keys(actor: Actor, work: Work) -> Sequence[SigningKey]:
    """All signing keys, newest first.

    Raises:
        ForbiddenError: without the permission key:read.
    """
    actor.require(Permission.KEY_READ)
    return repository.signing_keys(work)


def live_tokens_by_key(actor: Actor, work: Work) -> dict[str, int]:
    """How many live tokens each key has signed, by kid: what its removal would cost.

    Raises:
        ForbiddenError: without the permission key:read.
    """
    actor.require(Permission.KEY_READ)
    live = repository.live_tokens(Token.kid.is_not(None), work.clock.now())
    counted = work.session.execute(select(Token.kid, func.count()).where(live).group_by(Token.kid))
    return dict(counted.all())


def rotate(actor: Actor, work: Work) -> SigningKey:
    """Sign with a new key from now on; the old ones still verify, so no token falls.

    Raises:
        ForbiddenError: without the permission key:write.
    """
    actor.require(Permission.KEY_WRITE)
    for key in repository.signing_keys(work):
        key.status = "retired"
    return _new_key(work)


def remove_key(actor: Actor, work: Work, kid: str, reason: str) -> int:
    """Take a key out at once, in an emergency; every token that it signed dies. How many live ones did.

    A new key takes over where the removed one was the one that signs.

    Raises:
        ForbiddenError: without the permission key:write.
        NotFoundError: no such key.
    """
    actor.require(Permission.KEY_WRITE)
    key = work.session.get(SigningKey, kid)
    if key is None:
        raise NotFoundError("No such signing key.")
    work.session.delete(key)
    work.session.flush()
    count = repository.mark_revoked(work, Token.kid == kid, actor.id, reason or "signing key removed")
    ensure_signing_key(work)
    return count


def _new_key(work: Work) -> SigningKey:
    kid = work.ids.new("key")
    pair = ECKey.generate_key("P-256", {"kid": kid, "use": "sig", "alg": ALGORITHM})
    key = SigningKey(
        kid=kid,
        algorithm=ALGORITHM,
        public_jwk={name: str(value) for name, value in pair.as_dict(private=False).items()},
        sealed_private_jwk=work.vault.seal(json.dumps(pair.as_dict(private=True))),
        status="active",
        created_at=work.clock.now(),
    )
    work.session.add(key)
    work.session.flush()
    return key
