"""An application's OAuth settings: read, set, removed."""

from sqlalchemy import select

from passgate.identity import repository
from passgate.identity.models import Application
from passgate.identity.oauth.client_keys import fetched_keys, forget_keys
from passgate.identity.oauth.client_tables import OAuthAudience, OAuthClient, OAuthConsent, OAuthSecret
from passgate.identity.oauth.flow_tables import OAuthGrant
from passgate.identity.oauth.grant_types import GRANTS
from passgate.identity.oauth.grants import end_grants
from passgate.identity.oauth.schemas import ClientSettings, ClientSettingsIn
from passgate.identity.oauth.secrets import live_secrets
from passgate.identity.schemas import TokenIssuer
from passgate.identity.service.actors import API_AUDIENCE
from passgate.identity.service.scopes import check_scopes
from passgate.kernel.actor import Actor
from passgate.kernel.audience import is_same_audience
from passgate.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from passgate.kernel.permissions import Permission
from passgate.storage.work import Work

_APPLICATION_ID = "app_"


def client_settings(actor: Actor, work: Work, application_id: str) -> ClientSettings:
    """The settings.

    Raises:
        NotFoundError: no such application, one of a team that the actor has no part in, or one that is no client.
        ForbiddenError: without the permission application:read.
    """
    application = work.session.get(Application, application_id)
    _allowed(actor, application, Permission.APPLICATION_READ)
    row = work.session.get(OAuthClient, application_id)
    if row is None:
        raise NotFoundError("The application has no OAuth settings.", code="oauth_not_set")
    return _view(work, row)


def set_client_settings(
    actor: Actor, work: Work, issuer: TokenIssuer, application_id: str, given: ClientSettingsIn
) -> ClientSettings:
    """Set all of them; the application is a client from now on.

    Whoever changes how a client shows who it is ends the secrets and grants that hung on the old way.

    Raises:
        NotFoundError: no such application, or one of a team that the actor has no part in.
        ForbiddenError: without the permission application:write, or a scope that the application was not granted.
        InvalidInputError: an audience that is reserved.
        ConflictError: an audience of another team.
    """
    application = _allowed(actor, repository.lock_application(work, application_id), Permission.APPLICATION_WRITE)
    check_scopes(work, application.id, application.team_id, given.scopes)
    _check_audiences(work, issuer, application, given.audiences)
    row = work.session.get(OAuthClient, application_id)
    if row is None:
        row = OAuthClient(application_id=application_id, created_at=work.clock.now(), created_by=actor.id)
        work.session.add(row)
    elif (row.kind, row.auth_method) != (given.kind, given.method):
        _end_what_was(actor, work, application_id)
    row.kind, row.auth_method = given.kind, given.method
    row.redirect_uris = list(given.redirect_uris)
    row.post_logout_redirect_uris = list(given.post_logout_redirect_uris)
    row.backchannel_logout_uri = given.backchannel_logout_uri
    row.scopes, row.jwks = list(given.scopes), given.jwks
    moved, row.jwks_uri = row.jwks_uri != given.jwks_uri, given.jwks_uri
    row.access_token_seconds, row.refresh_token_days = given.access_token_seconds, given.refresh_token_days
    work.session.flush()
    if moved:
        forget_keys(work, application_id)
    _set_audiences(work, application_id, given.audiences)
    return _view(work, row)


def remove_client_settings(actor: Actor, work: Work, application_id: str) -> None:
    """Make the application no client any more: its secrets and grants end, and what people agreed to is forgotten.

    Raises:
        NotFoundError: no such application, or one of a team that the actor has no part in.
        ForbiddenError: without the permission application:write.
    """
    _allowed(actor, repository.lock_application(work, application_id), Permission.APPLICATION_WRITE)
    row = work.session.get(OAuthClient, application_id)
    if row is None:
        return
    _end_what_was(actor, work, application_id)
    _set_audiences(work, application_id, [])
    for consent in work.session.scalars(select(OAuthConsent).where(OAuthConsent.client_id == application_id)).all():
        work.session.delete(consent)
    work.session.delete(row)
    forget_keys(work, application_id)
    work.session.flush()


def _allowed(actor: Actor, application: Application | None, permission: Permission) -> Application:
    if application is None:
        raise NotFoundError("No such application.")
    actor.require(permission, application.team_id, what="application")
    return application


def _end_what_was(actor: Actor, work: Work, application_id: str) -> None:
    for secret in work.session.scalars(select(OAuthSecret).where(OAuthSecret.application_id == application_id)).all():
        work.session.delete(secret)
    end_grants(work, OAuthGrant.client_id == application_id, "the client's settings changed", actor)


def _check_audiences(work: Work, issuer: TokenIssuer, application: Application, audiences: list[str]) -> None:
    for audience in audiences:
        own = any(is_same_audience(audience, one) for one in (issuer.audience, issuer.issuer, API_AUDIENCE))
        if own or audience.startswith(_APPLICATION_ID):
            text = f"{audience} is not an application's own audience."
            raise InvalidInputError(text, code="audience_reserved", field="audiences")
    others = (
        select(OAuthAudience.audience)
        .join(Application, Application.id == OAuthAudience.application_id)
        .where(OAuthAudience.audience.in_(audiences), Application.team_id != application.team_id)
    )
    taken = work.session.scalars(others).first() if audiences else None
    if taken is not None:
        raise ConflictError(f"{taken} is an audience of another team.", code="audience_taken", field="audiences")


def _set_audiences(work: Work, application_id: str, audiences: list[str]) -> None:
    query = select(OAuthAudience).where(OAuthAudience.application_id == application_id)
    known = {row.audience: row for row in work.session.scalars(query)}
    for audience, row in known.items():
        if audience not in audiences:
            work.session.delete(row)
    for audience in audiences:
        if audience not in known:
            work.session.add(OAuthAudience(application_id=application_id, audience=audience))
    work.session.flush()


def _view(work: Work, row: OAuthClient) -> ClientSettings:
    query = select(OAuthAudience.audience).where(OAuthAudience.application_id == row.application_id)
    return ClientSettings(
        application_id=row.application_id,
        kind=row.kind,
        auth_method=row.auth_method,
        grant_types=GRANTS[row.kind],
        redirect_uris=row.redirect_uris,
        post_logout_redirect_uris=row.post_logout_redirect_uris,
        backchannel_logout_uri=row.backchannel_logout_uri,
        scopes=row.scopes,
        audiences=list(work.session.scalars(query.order_by(OAuthAudience.audience))),
        jwks=row.jwks,
        jwks_uri=row.jwks_uri,
        fetched_keys=fetched_keys(work, row.application_id),
        access_token_seconds=row.access_token_seconds,
        refresh_token_days=row.refresh_token_days,
        secrets=live_secrets(work, row.application_id),
    )
