"""Dynamic client registration (RFC 7591), for those who hold an initial access token."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select

from passgate.identity.models import Team
from passgate.identity.oauth.client_tables import OAuthRegistrationToken
from passgate.identity.oauth.grant_types import CLIENT_CREDENTIALS, CODE, DEVICE, OPENID_SCOPES
from passgate.identity.oauth.protocol import OAuthSite, Reply
from passgate.identity.oauth.schemas import (
    ClientSettings,
    ClientSettingsIn,
    NewRegistrationToken,
    RegistrationTokenIn,
)
from passgate.identity.oauth.secrets import rotate_secret
from passgate.identity.oauth.settings import set_client_settings
from passgate.identity.schemas import ApplicationIn
from passgate.identity.secret_hash import secret_hash
from passgate.identity.service.applications import create_application
from passgate.kernel.actor import Actor, ActorKind
from passgate.kernel.clock import epoch_seconds
from passgate.kernel.errors import NotFoundError, PassgateError
from passgate.kernel.permissions import Permission
from passgate.storage.work import Work

_PREFIX = "pgi"
_UNDERSTOOD = frozenset({
    "redirect_uris", "token_endpoint_auth_method", "grant_types", "response_types", "client_name", "scope", "jwks",
    "jwks_uri", "application_type", "post_logout_redirect_uris", "backchannel_logout_uri",
    "backchannel_logout_session_required",
})  # fmt: skip


def create_registration_token(actor: Actor, work: Work, given: RegistrationTokenIn) -> NewRegistrationToken:
    """Let whoever holds it register clients in a team.

    Raises:
        NotFoundError: no such team, or none that the actor has a part in.
        ForbiddenError: without the permission application:write.
    """
    actor.require(Permission.APPLICATION_WRITE, given.team_id, what="team")
    if work.session.get(Team, given.team_id) is None:
        raise NotFoundError("No such team.", field="team_id")
    text, now = work.ids.secret(_PREFIX), work.clock.now()
    row = OAuthRegistrationToken(
        id=work.ids.new("reg"),
        team_id=given.team_id,
        name=given.name,
        secret_hash=secret_hash(text),
        uses=0,
        created_at=now,
        created_by=actor.id,
        expires_at=now + timedelta(days=given.lifetime_days),
        ended_at=None,
    )
    work.session.add(row)
    work.session.flush()
    return NewRegistrationToken(text, row)


def list_registration_tokens(actor: Actor, work: Work) -> Sequence[OAuthRegistrationToken]:
    """Those of the teams whose applications the actor may change, newest first.

    Raises:
        ForbiddenError: without the permission application:write anywhere.
    """
    actor.require_somewhere(Permission.APPLICATION_WRITE)
    query, teams = select(OAuthRegistrationToken), actor.teams_with(Permission.APPLICATION_WRITE)
    if teams is not None:
        query = query.where(OAuthRegistrationToken.team_id.in_(teams))
    return work.session.scalars(query.order_by(OAuthRegistrationToken.id.desc())).all()


def end_registration_token(actor: Actor, work: Work, token_id: str) -> None:
    """End one; the clients registered with it stay.

    Raises:
        NotFoundError: no such token, or one of a team that the actor has no part in.
        ForbiddenError: without the permission application:write.
    """
    row = work.session.get(OAuthRegistrationToken, token_id)
    if row is None:
        raise NotFoundError("No such initial access token.")
    actor.require(Permission.APPLICATION_WRITE, row.team_id, what="initial access token")
    row.ended_at = row.ended_at or work.clock.now()


def registration_reply(work: Work, site: OAuthSite, bearer: str | None, metadata: Mapping[str, Any]) -> Reply:
    """Register a client (RFC 7591 section 3): an application of the token's team with OAuth settings."""
    query = select(OAuthRegistrationToken).where(OAuthRegistrationToken.secret_hash == secret_hash(bearer or ""))
    token = work.session.scalars(query.with_for_update()).first()
    if token is None or token.ended_at is not None or token.expires_at <= work.clock.now():
        body = {"error": "invalid_token", "error_description": "An initial access token is needed."}
        return Reply(401, body, {"WWW-Authenticate": 'Bearer realm="passgate", error="invalid_token"'})
    permissions = frozenset({Permission.APPLICATION_WRITE, Permission.APPLICATION_READ})
    actor = Actor(ActorKind.SYSTEM, token.id, token.name, by_team={token.team_id: permissions})
    name = metadata.get("client_name", f"Registered {work.clock.now():%Y-%m-%d %H:%M:%S}")
    try:
        given = _settings_of(metadata)
        application = create_application(actor, work, ApplicationIn(team_id=token.team_id, name=name))
        settings = set_client_settings(actor, work, site.issuer, application.id, given)
    except ValidationError as error:
        return _refused(error.errors()[0]["msg"].removeprefix("Value error, "), error.errors()[0]["loc"])
    except PassgateError as error:
        return _refused(error.message, (error.field or "",))
    except _MetadataError as error:
        return _refused(str(error), ())
    token.uses += 1
    answer = _registered(settings, name) | {"client_id_issued_at": epoch_seconds(work.clock.now())}
    if settings.auth_method == "client_secret":
        answer |= {"client_secret": rotate_secret(actor, work, application.id).text, "client_secret_expires_at": 0}
        answer["token_endpoint_auth_method"] = metadata.get("token_endpoint_auth_method", "client_secret_basic")
    return Reply(201, answer)


class _MetadataError(Exception):
    """Metadata that nothing can be made of."""


def _settings_of(metadata: Mapping[str, Any]) -> ClientSettingsIn:
    unknown = sorted(metadata.keys() - _UNDERSTOOD)
    if unknown:
        raise _MetadataError(f"{unknown[0]} is not supported.")
    if metadata.get("response_types", ["code"]) not in (["code"], []):
        raise _MetadataError("response_types must be code.")
    method = metadata.get("token_endpoint_auth_method", "client_secret_basic")
    if method not in {"client_secret_basic", "client_secret_post", "private_key_jwt", "none"}:
        raise _MetadataError("token_endpoint_auth_method is not supported.")
    scope = metadata.get("scope", "")
    if not isinstance(scope, str):
        raise _MetadataError("scope must be text.")
    wanted: dict[str, Any] = {
        "kind": _kind(metadata, method),
        "auth_method": "client_secret" if method.startswith("client_secret") else method,
        "scopes": [each for each in scope.split() if each not in OPENID_SCOPES],
    }
    for name in ("redirect_uris", "post_logout_redirect_uris", "backchannel_logout_uri", "jwks", "jwks_uri"):
        if metadata.get(name) is not None:
            wanted[name] = metadata[name]
    return ClientSettingsIn(**wanted)


def _kind(metadata: Mapping[str, Any], method: str) -> str:
    grants = metadata.get("grant_types", [CODE])
    if not isinstance(grants, list) or not all(isinstance(each, str) for each in grants):
        raise _MetadataError("grant_types must be a list of texts.")
    if metadata.get("application_type") == "native" or DEVICE in grants:
        return "native"
    if method == "none":
        return "spa"
    return "service" if CLIENT_CREDENTIALS in grants and CODE not in grants else "web"


def _registered(settings: ClientSettings, name: str) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "client_id": settings.application_id,
        "client_name": name,
        "grant_types": list(settings.grant_types),
        "response_types": ["code"] if CODE in settings.grant_types else [],
        "redirect_uris": settings.redirect_uris,
        "post_logout_redirect_uris": settings.post_logout_redirect_uris,
        "token_endpoint_auth_method": settings.auth_method,
        "scope": " ".join([*OPENID_SCOPES, *settings.scopes]),
        "application_type": "native" if settings.kind == "native" else "web",
    }
    if settings.backchannel_logout_uri is not None:
        answer["backchannel_logout_uri"] = settings.backchannel_logout_uri
    if settings.jwks is not None:
        answer["jwks"] = settings.jwks
    if settings.jwks_uri is not None:
        answer["jwks_uri"] = settings.jwks_uri
    return answer


def _refused(words: str, where: Sequence[object]) -> Reply:
    field = str(where[0]) if where else ""
    error = "invalid_redirect_uri" if "redirect" in field or "redirect_uris" in words else "invalid_client_metadata"
    return Reply(400, {"error": error, "error_description": f"{field}: {words}" if field else words})
