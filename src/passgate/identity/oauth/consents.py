"""What people have agreed to: looked at, and withdrawn."""

from collections.abc import Sequence

from sqlalchemy import select

from passgate.identity.models import Application
from passgate.identity.oauth.client import COMMAND_LINE
from passgate.identity.oauth.client_tables import OAuthConsent
from passgate.identity.oauth.flow_tables import OAuthGrant
from passgate.identity.oauth.grants import end_grants
from passgate.identity.oauth.schemas import ConsentView
from passgate.kernel.actor import Actor, ActorKind
from passgate.kernel.errors import ForbiddenError, NotFoundError
from passgate.kernel.permissions import Permission
from passgate.storage.work import Work

_COMMAND_LINE_NAME = "Passgate's command line"


def list_consents(actor: Actor, work: Work, user_id: str | None = None) -> Sequence[ConsentView]:
    """The applications that act in the name of oneself, or of another user, by name.

    Those that were agreed to for good, and those that hold a grant although they ask each time (native ones, devices).

    Raises:
        ForbiddenError: another user's without the permission user:write over everything.
    """
    of = _allowed(actor, user_id)
    query = select(OAuthGrant).where(
        OAuthGrant.user_id == of, OAuthGrant.ended_at.is_(None), OAuthGrant.expires_at > work.clock.now()
    )
    grants: dict[str, list[OAuthGrant]] = {}
    for grant in work.session.scalars(query):
        grants.setdefault(grant.client_id, []).append(grant)
    kept = {row.client_id: row for row in work.session.scalars(select(OAuthConsent).where(OAuthConsent.user_id == of))}
    clients = kept.keys() | grants.keys()
    named = select(Application.id, Application.name).where(Application.id.in_(clients))
    names = {COMMAND_LINE: _COMMAND_LINE_NAME} | dict(work.session.execute(named).all())
    views = [_view(client, names.get(client, client), kept.get(client), grants.get(client, [])) for client in clients]
    return sorted(views, key=lambda view: (view.name.casefold(), view.client_id))


def withdraw_consent(actor: Actor, work: Work, client_id: str, user_id: str | None = None) -> None:
    """Take back what was agreed to: the application's refresh tokens and live tokens in the person's name end.

    Raises:
        NotFoundError: the application does nothing in the person's name.
        ForbiddenError: another user's without the permission user:write over everything.
    """
    of = _allowed(actor, user_id)
    known = work.session.get(OAuthConsent, (of, client_id))
    theirs = (OAuthGrant.user_id == of) & (OAuthGrant.client_id == client_id)
    open_grant = select(OAuthGrant.id).where(theirs, OAuthGrant.ended_at.is_(None)).limit(1)
    if known is None and work.session.scalar(open_grant) is None:
        raise NotFoundError("The application does nothing in this name.")
    if known is not None:
        work.session.delete(known)
    end_grants(work, theirs, "consent withdrawn", actor)
    work.session.flush()


def _allowed(actor: Actor, user_id: str | None) -> str:
    if user_id is None or user_id == actor.id:
        if actor.kind is not ActorKind.USER:
            raise ForbiddenError("Only users agree to anything.", code="user_needed")
        return actor.id
    actor.require(Permission.USER_WRITE)
    return user_id


def _view(client_id: str, name: str, kept: OAuthConsent | None, grants: Sequence[OAuthGrant]) -> ConsentView:
    moments = [grant.created_at for grant in grants] + ([kept.given_at] if kept else [])
    scopes = {scope for grant in grants for scope in grant.scopes} | set(kept.scopes if kept else ())
    audiences = {audience for grant in grants for audience in grant.audiences} | set(kept.audiences if kept else ())
    return ConsentView(client_id, name, sorted(scopes), sorted(audiences), max(moments), bool(grants))
