"""Tokens: issued once, known by their jti, never kept."""

from collections.abc import Sequence
from datetime import timedelta

from passgate.identity.models import Token
from passgate.identity.schemas import IssuedToken, TokenIn, TokenIssuer
from passgate.identity.service.custom_tokens import issue_custom_token
from passgate.identity.service.keys import active_key
from passgate.identity.service.scopes import roles_of_bearer
from passgate.identity.service.token_bearers import application_bearer, personal_bearer, service_bearer
from passgate.identity.service.token_lifetimes import allowed_seconds, lifetime_of
from passgate.identity.service.token_registry import NewToken, allowed_token, register
from passgate.identity.service.token_signing import ACCESS_TYPE, access_claims, signed
from passgate.identity.token_schemas import TokenFilter
from passgate.identity.token_search import children_of, count_tokens, find_tokens
from passgate.kernel.actor import Actor
from passgate.kernel.pagination import Page, PageRequest
from passgate.kernel.permissions import Permission
from passgate.storage.work import Work

_BEARERS = {"application": application_bearer, "personal": personal_bearer, "service": service_bearer}
_DEFAULT_ALGORITHM = "ES256"

NOTICE_BEFORE_EXPIRY = timedelta(days=14)
"""How long before a token's end its owners are told."""


def issue_token(actor: Actor, work: Work, issuer: TokenIssuer, given: TokenIn) -> IssuedToken:
    """Sign a token; it is shown this once.

    Raises:
        NotFoundError: no such application, team or template, or one of a team that the actor has no part in.
        ForbiddenError: without the permission token:issue, or a scope beyond what the actor may do.
        ConflictError: the application is not active.
        InvalidInputError: an audience that its kind cannot be for, or a longer life than the rules allow.
    """
    if given.kind == "custom":
        return issue_custom_token(actor, work, issuer, given)
    bearer = _BEARERS[given.kind](actor, work, issuer, given)
    rule = lifetime_of(work, given.kind, bearer.team_id, bearer.application_id)
    key = active_key(work, given.algorithm or _DEFAULT_ALGORITHM)
    new = NewToken(
        kind=given.kind,
        name=given.name,
        bearer=bearer,
        seconds=allowed_seconds(rule, given.seconds),
        kid=key.kid,
        issued_by=actor.id,
        limits=given.limits,
    )
    row = register(work, new)
    claims = access_claims(issuer, row, roles_of_bearer(work, row.application_id, row.user_id, row.team_id))
    return IssuedToken(signed(work, key, ACCESS_TYPE, claims), row)


def list_tokens(actor: Actor, work: Work, page: PageRequest, wanted: TokenFilter | None = None) -> Page[Token]:
    """The tokens that the actor may read, newest first: those of teams with token:read, and one's own.

    Tokens that expire before a moment come the soonest first.

    Raises:
        ForbiddenError: without the permission token:read anywhere.
        InvalidInputError: a cursor that is none.
    """
    actor.require_somewhere(Permission.TOKEN_READ)
    teams = actor.teams_with(Permission.TOKEN_READ)
    return find_tokens(work, wanted or TokenFilter(), teams, actor.id, page)


def count_expiring(actor: Actor, work: Work) -> int:
    """How many live tokens that the actor may read end within two weeks; 1,000 at most are counted.

    Raises:
        ForbiddenError: without the permission token:read anywhere.
    """
    actor.require_somewhere(Permission.TOKEN_READ)
    wanted = TokenFilter(expiring_before=work.clock.now() + NOTICE_BEFORE_EXPIRY)
    return count_tokens(work, wanted, actor.teams_with(Permission.TOKEN_READ), actor.id)


def get_token(actor: Actor, work: Work, jti: str) -> Token:
    """What the registry knows of one token.

    Raises:
        NotFoundError: no such token, or one that the actor may not know of.
        ForbiddenError: without the permission token:read.
    """
    row = allowed_token(actor, work, jti, Permission.TOKEN_READ)
    work.session.refresh(row, ["sums"])
    return row


def list_children(actor: Actor, work: Work, jti: str) -> Sequence[Token]:
    """The tokens that were narrowed from one, newest first, 200 at most.

    Raises:
        NotFoundError: no such token, or one that the actor may not know of.
        ForbiddenError: without the permission token:read.
    """
    allowed_token(actor, work, jti, Permission.TOKEN_READ)
    return children_of(work, jti)
