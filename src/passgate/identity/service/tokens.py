"""Tokens: issued once, known by their jti, never kept."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from joserfc import jws
from joserfc.jwk import ECKey
from sqlalchemy import ColumnElement, or_, select, true

from passgate.identity import repository
from passgate.identity.models import SigningKey, Token
from passgate.identity.schemas import IssuedToken, Revoked, TokenIn, TokenIssuer, TokenStatus
from passgate.identity.service.actors import API_AUDIENCE, actor_of_user, permissions_of
from passgate.identity.service.keys import ensure_signing_key
from passgate.identity.service.revocation import earliest_issue, revoke_before_now, revoke_jti
from passgate.kernel.actor import Actor, ActorKind
from passgate.kernel.clock import epoch_seconds, from_epoch
from passgate.kernel.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from passgate.kernel.pagination import Page, PageRequest
from passgate.kernel.permissions import Permission
from passgate.storage.work import Work

_PERSONAL_CLIENT = "passgate"
_TYP = "at+jwt"


@dataclass(frozen=True, slots=True)
class _Bearer:
    """Whom a token speaks for, and where."""

    subject: str
    audience: str
    scopes: Sequence[str]
    application_id: str | None = None
    user_id: str | None = None
    team_id: str | None = None


def issue_token(actor: Actor, work: Work, issuer: TokenIssuer, given: TokenIn) -> IssuedToken:
    """Sign a token: of an application, for the gate; or one's own, for the management API. It is shown this once.

    Raises:
        NotFoundError: no such application, or one of a team that the actor has no part in.
        ForbiddenError: without the permission token:issue, or a scope beyond what the actor may do.
        ConflictError: the application is not active.
    """
    if given.application_id is not None:
        bearer = _application_bearer(actor, work, issuer, given)
    else:
        bearer = _personal_bearer(actor, work, given)
    key = ensure_signing_key(work)
    issued_at = from_epoch(earliest_issue(work, bearer.subject, bearer.application_id))
    row = Token(
        jti=work.ids.new("tok"),
        kind=given.kind,
        name=given.name,
        subject=bearer.subject,
        application_id=bearer.application_id,
        user_id=bearer.user_id,
        team_id=bearer.team_id,
        audience=bearer.audience,
        scopes=list(bearer.scopes),
        kid=key.kid,
        issued_by=actor.id,
        issued_at=issued_at,
        expires_at=issued_at + timedelta(seconds=given.seconds),
        # Named although empty: a bulk revocation later in this session renews only what the row has had once.
        last_used_at=None,
        revoked_at=None,
        revoked_by=None,
        revoked_reason=None,
    )
    work.session.add(row)
    work.session.flush()
    return IssuedToken(_signed(work, key, issuer, row), row)


def list_tokens(  # noqa: PLR0913, PLR0917 - the filters that a registry has
    actor: Actor,
    work: Work,
    page: PageRequest,
    application_id: str | None = None,
    status: TokenStatus | None = None,
    search: str | None = None,
) -> Page[Token]:
    """The tokens that the actor may read, newest first: those of teams with token:read, and one's own.

    Raises:
        ForbiddenError: without the permission token:read anywhere.
    """
    actor.require_somewhere(Permission.TOKEN_READ)
    query = select(Token).where(_readable(actor))
    if application_id is not None:
        query = query.where(Token.application_id == application_id)
    if status is not None:
        query = query.where(_has_status(status, work.clock.now()))
    if search:
        query = query.where(or_(repository.contains(Token.name, search), Token.jti == search))
    return repository.page_of(work, query, Token.jti, page)


def get_token(actor: Actor, work: Work, jti: str) -> Token:
    """What the registry knows of one token.

    Raises:
        NotFoundError: no such token, or one that the actor may not know of.
        ForbiddenError: without the permission token:read.
    """
    return _token(actor, work, jti, Permission.TOKEN_READ)


def revoke_token(actor: Actor, work: Work, jti: str, reason: str = "") -> Revoked:
    """Revoke one token; nothing changes when it is revoked or expired already.

    Raises:
        NotFoundError: no such token, or one that the actor may not know of.
        ForbiddenError: without the permission token:revoke.
    """
    row = _token(actor, work, jti, Permission.TOKEN_REVOKE)
    if row.revoked_at is not None or row.expires_at <= work.clock.now():
        return Revoked(count=0, seq=repository.latest_seq(work))
    seq = revoke_jti(actor, work, row, reason)
    work.session.refresh(row)
    return Revoked(count=1, seq=seq)


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


def status_of(row: Token, now: datetime) -> TokenStatus:
    """What a token's status is; revoked ones stay revoked after they expired."""
    if row.revoked_at is not None:
        return "revoked"
    return "expired" if row.expires_at <= now else "active"


def _application_bearer(actor: Actor, work: Work, issuer: TokenIssuer, given: TokenIn) -> _Bearer:
    application = repository.lock_application(work, given.application_id or "")
    if application is None:
        raise NotFoundError("No such application.", field="application_id")
    actor.require(Permission.TOKEN_ISSUE, application.team_id, what="application")
    if not application.is_active:
        raise ConflictError("The application is not active.", code="application_inactive", field="application_id")
    return _Bearer(
        subject=application.id,
        audience=issuer.audience,
        scopes=given.scopes,
        application_id=application.id,
        team_id=application.team_id,
    )


def _personal_bearer(actor: Actor, work: Work, given: TokenIn) -> _Bearer:
    actor.require_somewhere(Permission.TOKEN_ISSUE)
    user = repository.lock_user(work, actor.id) if actor.kind is ActorKind.USER else None
    if user is None:
        raise ForbiddenError("Only a user can have a personal token.", code="user_needed", field="kind")
    held = permissions_of(actor)
    for scope in given.scopes:
        if scope not in frozenset(Permission):
            raise InvalidInputError(f"{scope} is not a permission.", code="scope_unknown", field="scopes")
        if scope not in held:
            raise ForbiddenError(f"The scope {scope} is beyond your permissions.", code="scope_beyond", field="scopes")
    # Whoever acts by a narrowed token hands on no more than that token holds.
    is_narrowed = held != permissions_of(actor_of_user(work, user))
    scopes = given.scopes or (sorted(held) if is_narrowed else [])
    return _Bearer(subject=user.id, audience=API_AUDIENCE, scopes=scopes, user_id=user.id)


def _signed(work: Work, key: SigningKey, issuer: TokenIssuer, row: Token) -> str:
    claims: dict[str, str | int] = {
        "iss": issuer.issuer,
        "sub": row.subject,
        "aud": row.audience,
        "client_id": row.application_id or _PERSONAL_CLIENT,
        "jti": row.jti,
        "iat": epoch_seconds(row.issued_at),
        "exp": epoch_seconds(row.expires_at),
    }
    if row.scopes:
        claims["scope"] = " ".join(row.scopes)
    private = ECKey.import_key(json.loads(work.vault.open(key.sealed_private_jwk)))
    header = {"alg": key.algorithm, "kid": key.kid, "typ": _TYP}
    return jws.serialize_compact(header, json.dumps(claims), private, algorithms=[key.algorithm])


def _readable(actor: Actor) -> ColumnElement[bool]:
    teams = actor.teams_with(Permission.TOKEN_READ)
    return true() if teams is None else or_(Token.team_id.in_(teams), Token.user_id == actor.id)


def _has_status(status: TokenStatus, now: datetime) -> ColumnElement[bool]:
    if status == "revoked":
        return Token.revoked_at.is_not(None)
    alive = Token.expires_at > now if status == "active" else Token.expires_at <= now
    return alive & Token.revoked_at.is_(None)


def _token(actor: Actor, work: Work, jti: str, permission: Permission) -> Token:
    row = work.session.get(Token, jti)
    if row is None:
        raise NotFoundError("No such token.")
    if row.user_id is not None and row.user_id == actor.id:
        actor.require_somewhere(permission)
    elif row.team_id is not None:
        actor.require(permission, row.team_id, what="token")
    elif not actor.may(permission):
        raise NotFoundError("No such token.")  # somebody else's personal token
    return row
