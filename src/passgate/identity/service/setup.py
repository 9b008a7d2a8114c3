"""The first administrator: made once, through a one-time link."""

from datetime import timedelta

from sqlalchemy import delete, exists, select

from passgate.identity.errors import SetupLinkInvalidError
from passgate.identity.models import Membership, SetupLink, Team, User
from passgate.identity.passwords import hash_password
from passgate.identity.schemas import SetupIn
from passgate.identity.secret_hash import secret_hash
from passgate.identity.service.actors import actor_of_user
from passgate.identity.service.keys import ensure_signing_key
from passgate.kernel.errors import ConflictError
from passgate.kernel.permissions import Role
from passgate.storage.work import Work

LINK_LIFETIME = timedelta(hours=24)
FIRST_TEAM = "Default"


def has_administrator(work: Work) -> bool:
    """Whether anybody may administer; until then a set-up link is offered at each start."""
    return bool(work.session.scalar(select(exists().where(User.is_admin))))


def new_setup_link(work: Work) -> str:
    """A fresh secret for the set-up link; earlier ones hold no longer.

    Raises:
        ConflictError: there is an administrator already.
    """
    if has_administrator(work):
        raise ConflictError("There is an administrator already.", code="already_set_up")
    work.session.execute(delete(SetupLink))
    secret, now = work.ids.secret("setup"), work.clock.now()
    work.session.add(SetupLink(secret_hash=secret_hash(secret), created_at=now, expires_at=now + LINK_LIFETIME))
    return secret


def check_setup_link(work: Work, secret: str) -> None:
    """Let a page ask before it shows its form.

    Raises:
        ConflictError: there is an administrator already.
        SetupLinkInvalidError: unknown, used, replaced or older than 24 hours.
    """
    _open_link(work, secret)


def complete_setup(work: Work, secret: str, given: SetupIn) -> User:
    """Make the first administrator, the first team with its owner, and the first signing key where there is none.

    Raises:
        ConflictError: there is an administrator already.
        SetupLinkInvalidError: unknown, used, replaced or older than 24 hours.
    """
    link, now = _open_link(work, secret), work.clock.now()
    link.used_at = now
    user = User(
        id=work.ids.new("user"),
        email=given.email,
        name=given.name,
        password_hash=hash_password(given.password),
        is_admin=True,
        is_active=True,
        created_at=now,
    )
    team = Team(id=work.ids.new("team"), name=FIRST_TEAM, created_at=now)
    work.session.add_all([user, team])
    work.session.flush()
    work.act_as(actor_of_user(work, user))
    work.session.add(Membership(user_id=user.id, team_id=team.id, role=Role.OWNER))
    ensure_signing_key(work)
    return user


def _open_link(work: Work, secret: str) -> SetupLink:
    if has_administrator(work):
        raise ConflictError("There is an administrator already. Sign in.", code="already_set_up")
    # The lock makes the second of two browsers with the same link wait, and then see that it was used.
    query = select(SetupLink).where(SetupLink.secret_hash == secret_hash(secret)).with_for_update()
    link = work.session.scalars(query).first()
    if link is None or link.used_at is not None or link.expires_at <= work.clock.now():
        raise SetupLinkInvalidError("This set-up link is unknown, used or too old; restart Passgate for a new one.")
    return link
