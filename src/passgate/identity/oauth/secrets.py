"""Client secrets: made here, shown once, replaced with an overlap."""

from datetime import timedelta

from sqlalchemy import or_, select

from passgate.identity import repository
from passgate.identity.oauth.client_tables import OAuthClient, OAuthSecret
from passgate.identity.oauth.schemas import NewSecret
from passgate.identity.secret_hash import secret_hash
from passgate.kernel.actor import Actor
from passgate.kernel.errors import ConflictError, NotFoundError
from passgate.kernel.permissions import Permission
from passgate.storage.work import Work

DEFAULT_OVERLAP = timedelta(days=1)
MAX_OVERLAP = timedelta(days=30)
_PREFIX = "pgcs"
_HINT_LETTERS = 4


def live_secrets(work: Work, application_id: str) -> list[OAuthSecret]:
    """The secrets that hold now, newest first."""
    now = work.clock.now()
    query = select(OAuthSecret).where(
        OAuthSecret.application_id == application_id,
        or_(OAuthSecret.expires_at.is_(None), OAuthSecret.expires_at > now),
    )
    return list(work.session.scalars(query.order_by(OAuthSecret.id.desc())))


def rotate_secret(actor: Actor, work: Work, application_id: str, overlap: timedelta = DEFAULT_OVERLAP) -> NewSecret:
    """A new secret; those before it hold for the overlap and end then.

    Raises:
        NotFoundError: no such application, one of a team that the actor has no part in, or one that is no client.
        ForbiddenError: without the permission application:write.
        ConflictError: the client shows who it is in another way.
    """
    client = _writable(actor, work, application_id)
    if client.auth_method != "client_secret":
        text = "This client has no secret: it shows who it is in another way, or cannot."
        raise ConflictError(text, code="client_has_no_secret")
    now = work.clock.now()
    ends = now + min(overlap, MAX_OVERLAP)
    for known in live_secrets(work, application_id):
        known.expires_at = ends if known.expires_at is None else min(known.expires_at, ends)
    text = work.ids.secret(_PREFIX)
    row = OAuthSecret(
        id=work.ids.new("sec"),
        application_id=application_id,
        secret_hash=secret_hash(text),
        hint=text[-_HINT_LETTERS:],
        created_at=now,
        created_by=actor.id,
        expires_at=None,
    )
    work.session.add(row)
    work.session.flush()
    return NewSecret(text, row)


def end_secret(actor: Actor, work: Work, application_id: str, secret_id: str) -> None:
    """End one secret at once.

    Raises:
        NotFoundError: no such secret, or an application of a team that the actor has no part in.
        ForbiddenError: without the permission application:write.
    """
    _writable(actor, work, application_id)
    row = work.session.get(OAuthSecret, secret_id)
    if row is None or row.application_id != application_id:
        raise NotFoundError("No such secret.")
    work.session.delete(row)
    work.session.flush()


def _writable(actor: Actor, work: Work, application_id: str) -> OAuthClient:
    application = repository.lock_application(work, application_id)
    if application is None:
        raise NotFoundError("No such application.")
    actor.require(Permission.APPLICATION_WRITE, application.team_id, what="application")
    client = work.session.get(OAuthClient, application_id)
    if client is None:
        raise NotFoundError("The application has no OAuth settings.", code="oauth_not_set")
    return client
