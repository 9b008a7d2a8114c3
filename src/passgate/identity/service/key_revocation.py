"""Revoking a signing key, in an emergency."""

from passgate.identity import repository
from passgate.identity.keys.rules import UNREGISTERED_LIFETIME
from passgate.identity.models import SigningKey
from passgate.identity.schemas import Revoked
from passgate.identity.service.key_rotation import promote
from passgate.identity.service.keys import new_key
from passgate.identity.service.revocation import revoke_key_tokens
from passgate.kernel.actor import Actor
from passgate.kernel.errors import ConflictError, NotFoundError
from passgate.kernel.permissions import Permission
from passgate.storage.work import Work


def revoke_key(actor: Actor, work: Work, kid: str, reason: str = "") -> Revoked:
    """Take a key out at once: every token that it signed dies, at the gate within a second.

    Where it was the one that signs, the next one takes over. Its private part is destroyed; the key itself stays
    known, so that it never comes back.

    Raises:
        ForbiddenError: without the permission key:write.
        NotFoundError: no such key.
        ConflictError: it has ended already.
    """
    actor.require(Permission.KEY_WRITE)
    repository.lock_keys(work)
    key = work.session.get(SigningKey, kid, populate_existing=True)
    if key is None:
        raise NotFoundError("No such signing key.")
    if key.status in ("retired", "revoked"):
        raise ConflictError(f"The key is {key.status} already.", code="key_ended")
    now, signed = work.clock.now(), key.status == "active"
    key.status, key.ended_at, key.ended_by, key.ended_reason = "revoked", now, actor.id, reason
    key.sealed_private_jwk = None
    work.session.flush()
    if signed:
        promote(work, repository.signing_key(work, key.algorithm, "next") or new_key(actor, work, key.algorithm))
        new_key(actor, work, key.algorithm)
    return revoke_key_tokens(actor, work, kid, now + UNREGISTERED_LIFETIME, reason or "signing key revoked")
