"""Revoking tokens: one with all that was narrowed from it, or all of an owner, of a session, or of a time."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select

from passgate.identity import repository
from passgate.identity.models import Application, BrowserSession, Team, Token
from passgate.identity.schemas import Revoked
from passgate.identity.service.revocation import Level, end_of_this_second, revoke_before_now, revoke_fallen, revoke_jti
from passgate.identity.service.token_registry import allowed_token
from passgate.identity.token_families import Fallen
from passgate.kernel.actor import Actor
from passgate.kernel.clock import epoch_seconds, from_epoch
from passgate.kernel.errors import InvalidInputError, NotFoundError
from passgate.kernel.permissions import Permission
from passgate.storage.work import Work


def revoke_token(actor: Actor, work: Work, jti: str, reason: str = "") -> Revoked:
    """Revoke one token and all that was narrowed from it; nothing changes when it is revoked or expired already.

    Raises:
        NotFoundError: no such token, or one that the actor may not know of.
        ForbiddenError: without the permission token:revoke.
    """
    row = allowed_token(actor, work, jti, Permission.TOKEN_REVOKE)
    revoked = revoke_jti(actor, work, row, reason)
    work.session.refresh(row)
    return revoked


def revoke_application_tokens(actor: Actor, work: Work, application_id: str, reason: str = "") -> Revoked:
    """Revoke all that an application holds now; tokens issued from here on hold.

    Raises:
        NotFoundError: no such application, or one of a team that the actor has no part in.
        ForbiddenError: without the permission token:revoke.
    """
    application = repository.lock_application(work, application_id)
    if application is None:
        raise NotFoundError("No such application.")
    actor.require(Permission.TOKEN_REVOKE, application.team_id, what="application")
    return revoke_before_now(actor, work, "application", application_id, reason)


def revoke_user_tokens(actor: Actor, work: Work, user_id: str, reason: str = "") -> Revoked:
    """Revoke all that a user holds now, and all that the user has issued to anyone: what a leaver leaves behind.

    Raises:
        NotFoundError: no such user, or one whose tokens are not the actor's to revoke.
        ForbiddenError: without the permission token:revoke, over everything where it is not oneself.
    """
    if actor.id == user_id:
        actor.require_somewhere(Permission.TOKEN_REVOKE)
    else:
        actor.require(Permission.TOKEN_REVOKE)
    if repository.lock_user(work, user_id) is None:
        raise NotFoundError("No such user.")
    level: Level = ("subject", user_id, end_of_this_second(work))
    theirs = (Token.subject == user_id) | (Token.user_id == user_id) | (Token.issued_by == user_id)
    return revoke_fallen(actor, work, theirs, reason, _covering(level, lambda token: token.subject == user_id))


def revoke_team_tokens(actor: Actor, work: Work, team_id: str, reason: str = "") -> Revoked:
    """Revoke all that a team's applications, and its members at the gate, hold now.

    Raises:
        NotFoundError: no such team, or none that the actor has a part in.
        ForbiddenError: without the permission token:revoke.
    """
    actor.require(Permission.TOKEN_REVOKE, team_id, what="team")
    if work.session.get(Team, team_id) is None:
        raise NotFoundError("No such team.")
    applications = select(Application.id).where(Application.team_id == team_id).order_by(Application.id)
    work.session.execute(applications.with_for_update()).all()
    limit = end_of_this_second(work)

    def of_application(token: Fallen) -> Level | None:
        return None if token.application_id is None else ("application", token.application_id, limit)

    return revoke_fallen(actor, work, Token.team_id == team_id, reason, of_application)


def revoke_session_tokens(actor: Actor, work: Work, session_id: str, reason: str = "") -> Revoked:
    """Revoke the tokens that were issued in a session.

    Raises:
        NotFoundError: no such session, or one that is not the actor's to end.
        ForbiddenError: without the permission token:revoke.
    """
    actor.require_somewhere(Permission.TOKEN_REVOKE)
    session = work.session.get(BrowserSession, session_id)
    if session is None or not (session.user_id == actor.id or actor.may(Permission.TOKEN_REVOKE)):
        raise NotFoundError("No such session.")
    return revoke_fallen(actor, work, Token.session_id == session_id, reason)


def revoke_issued_before(actor: Actor, work: Work, moment: datetime, reason: str = "") -> Revoked:
    """Revoke everything that was issued before a moment, down to the second, whoever holds it.

    Raises:
        ForbiddenError: without the permission token:revoke over everything.
        InvalidInputError: a moment without a zone, or one to come.
    """
    actor.require(Permission.TOKEN_REVOKE)
    if moment.tzinfo is None:
        raise InvalidInputError("The moment needs a time zone, such as a Z at its end.", field="before")
    if moment > work.clock.now():
        raise InvalidInputError("The moment must not lie ahead.", code="moment_ahead", field="before")
    limit = min(epoch_seconds(moment) + (moment.microsecond > 0), end_of_this_second(work))
    level: Level = ("everything", "", limit)
    end = from_epoch(limit)
    return revoke_fallen(
        actor, work, Token.issued_at < end, reason, _covering(level, lambda token: token.issued_at < end)
    )


def _covering(level: Level, covers: Callable[[Fallen], bool]) -> Callable[[Fallen], Level | None]:
    """One entry for those that it covers; the others, narrowed from them, get one each."""
    return lambda token: level if covers(token) else None
