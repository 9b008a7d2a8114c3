"""The life of a signing key, from next to active to retiring to retired."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, select

from passgate.identity import repository
from passgate.identity.errors import NextKeyFreshError
from passgate.identity.keys.rules import (
    DEFAULT_ALGORITHM,
    EXPIRY_MARGIN,
    PUBLISHED_AHEAD,
    RETIRED_KEPT,
    UNREGISTERED_LIFETIME,
)
from passgate.identity.models import SigningKey, Token
from passgate.identity.service.keys import check_algorithm, new_key
from passgate.kernel.actor import SYSTEM, Actor
from passgate.kernel.permissions import Permission
from passgate.storage.work import Work


@dataclass(frozen=True, slots=True)
class KeyUpkeep:
    """What a round of upkeep did, by kid."""

    published: tuple[str, ...] = ()
    activated: tuple[str, ...] = ()
    retired: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether it did anything."""
        return bool(self.published or self.activated or self.retired)


def rotate(actor: Actor, work: Work, algorithm: str = DEFAULT_ALGORITHM, *, at_once: bool = False) -> SigningKey:
    """Sign with the next key from now on; the one before still verifies, so no token falls.

    Args:
        actor: who rotates.
        work: the unit of work.
        algorithm: whose key.
        at_once: even where the next key is published too short a time, so that services that verify by themselves may
            refuse new tokens until they ask for the keys again. The gate itself refuses none.

    Raises:
        ForbiddenError: without the permission key:write.
        InvalidInputError: no such algorithm.
        NextKeyFreshError: the next key is published too short a time.
    """
    actor.require(Permission.KEY_WRITE)
    check_algorithm(algorithm)
    repository.lock_keys(work)
    upcoming = repository.signing_key(work, algorithm, "next")
    if not at_once and repository.signing_key(work, algorithm, "active") is not None:
        _refuse_fresh(work, upcoming)
    upcoming = upcoming or new_key(actor, work, algorithm)
    promote(work, upcoming)
    new_key(actor, work, algorithm)
    return upcoming


def promote(work: Work, upcoming: SigningKey) -> None:
    """Let a key sign, in the place of the one that signs now. Whoever calls this holds the lock on keys."""
    now = work.clock.now()
    active = repository.signing_key(work, upcoming.algorithm, "active")
    if active is not None:
        active.status, active.retiring_at = "retiring", now
        work.session.flush()  # first, since two active keys of one algorithm are refused
    upcoming.status, upcoming.activated_at = "active", now
    work.session.flush()


def keep_keys(work: Work, rotate_after: timedelta | None) -> KeyUpkeep:
    """Do what is due: publish next keys, rotate on schedule, retire and purge. Run it every minute or so.

    Args:
        work: the unit of work.
        rotate_after: the age at which a key is replaced; None: by hand only.
    """
    repository.lock_keys(work)
    now = work.clock.now()
    keys = repository.signing_keys(work)
    published, activated = list[str](), list[str]()
    for active in [key for key in keys if key.status == "active"]:
        upcoming = repository.signing_key(work, active.algorithm, "next")
        if upcoming is None:
            published.append(new_key(SYSTEM, work, active.algorithm).kid)
        elif _is_due(active, upcoming, rotate_after, now):
            promote(work, upcoming)
            activated.append(upcoming.kid)
            published.append(new_key(SYSTEM, work, active.algorithm).kid)
    retired = [key for key in keys if key.status == "retiring" and _has_served(work, key, now)]
    for key in retired:
        key.status, key.ended_at, key.sealed_private_jwk = "retired", now, None
    work.session.flush()
    work.session.execute(
        delete(SigningKey).where(SigningKey.status == "retired", SigningKey.ended_at <= now - RETIRED_KEPT)
    )
    return KeyUpkeep(tuple(published), tuple(activated), tuple(key.kid for key in retired))


def _refuse_fresh(work: Work, upcoming: SigningKey | None) -> None:
    if upcoming is None:
        raise NextKeyFreshError("No next key is published yet; it soon will be, by itself.", field="at_once")
    ready_at = upcoming.created_at + PUBLISHED_AHEAD
    if work.clock.now() < ready_at:
        raise NextKeyFreshError(
            f"The next key {upcoming.kid} is published since {upcoming.created_at:%H:%M:%S} UTC; services may not know "
            f"it before {ready_at:%H:%M:%S} UTC. Rotate then, or at once and risk that they refuse new tokens.",
            field="at_once",
        )


def _is_due(active: SigningKey, upcoming: SigningKey, rotate_after: timedelta | None, now: datetime) -> bool:
    if rotate_after is None or now < upcoming.created_at + PUBLISHED_AHEAD:
        return False
    return now >= (active.activated_at or active.created_at) + rotate_after


def _has_served(work: Work, key: SigningKey, now: datetime) -> bool:
    """Whether all that it signed has expired; of tokens outside the registry the longest life is known."""
    if now < (key.retiring_at or key.created_at) + UNREGISTERED_LIFETIME:
        return False
    living = exists().where(Token.kid == key.kid, Token.revoked_at.is_(None), Token.expires_at > now - EXPIRY_MARGIN)
    return not work.session.scalar(select(living))
