"""Access tokens (RFC 9068) of OAuth, in the registry like every other token."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert

from passgate.identity.models import Token
from passgate.identity.oauth.authlib_parts import InvalidScopeError
from passgate.identity.oauth.client import Client
from passgate.identity.oauth.flow_tables import OAuthGrant, OAuthGrantToken
from passgate.identity.oauth.grant_types import OPENID_SCOPES
from passgate.identity.oauth.shared_work import SharedWork
from passgate.identity.schemas import TokenIssuer
from passgate.identity.service.token_signing import ACCESS_TYPE, access_claims, signed
from passgate.identity.token_tables import TokenKind, folded
from passgate.kernel.clock import from_epoch
from passgate.kernel.errors import PassgateError
from passgate.storage.work import Work

_LONGEST_NAME = 100
_LIMITS = ("models", "services", "budget", "rpm")


@dataclass(frozen=True, slots=True)
class Wanted:
    """An access token to issue.

    Attributes:
        client: who gets it.
        subject: whom it speaks for.
        scopes: what it allows.
        audiences: for whom it is.
        user_id: the person, where it speaks for one.
        grant: what the person granted.
        parent_jti: the token that it was exchanged for, and dies with.
        not_after: a moment that it may not outlive.
        limits: limits inside it, by the names of their claims.
        rates: the claim ``rates`` of the token that it was exchanged for.
        claims: further claims, such as ``act``.
    """

    client: Client
    subject: str
    scopes: list[str]
    audiences: list[str]
    user_id: str | None = None
    grant: OAuthGrant | None = None
    parent_jti: str | None = None
    not_after: datetime | None = None
    limits: dict[str, Any] = field(default_factory=dict)
    rates: str = ""
    claims: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AccessToken:
    """An access token, shown this once."""

    text: str
    jti: str
    expires_in: int


def issue_access_token(work: Work, issuer: TokenIssuer, wanted: Wanted) -> AccessToken:
    """Sign it and note it in the registry; whoever calls this has decided that the client may have it.

    Raises:
        InvalidScopeError: a scope that the application was not, or is no longer, granted.
    """
    shared, own = SharedWork.of(work), [scope for scope in wanted.scopes if scope not in OPENID_SCOPES]
    try:
        shared.check_scopes(wanted.client, own, wanted.audiences)
    except PassgateError as refusal:
        raise InvalidScopeError(refusal.message) from None
    key = shared.key()
    row = _row(work, issuer, wanted, key.kid)
    roles = shared.roles(row.application_id, row.user_id, row.team_id)
    claims = access_claims(issuer, row, roles)
    rates = " ".join(filter(None, (claims.get("rates", ""), wanted.rates)))
    text = signed(work, key, ACCESS_TYPE, claims | wanted.claims | ({"rates": rates} if rates else {}))
    shared.register(row)
    if wanted.grant is not None:
        work.session.connection().execute(insert(OAuthGrantToken), {"jti": row.jti, "grant_id": wanted.grant.id})
    return AccessToken(text, row.jti, int((row.expires_at - row.issued_at).total_seconds()))


def _row(work: Work, issuer: TokenIssuer, wanted: Wanted, kid: str) -> Token:
    client, grant, kind, shared = wanted.client, wanted.grant, _kind(wanted, issuer), SharedWork.of(work)
    issued_at = from_epoch(shared.earliest(wanted.subject, client.application_id))
    seconds = min(client.access_token_seconds, shared.longest(kind, client.team_id, client.application_id))
    expires_at = issued_at + timedelta(seconds=seconds)
    if wanted.not_after is not None:
        expires_at = min(expires_at, wanted.not_after)
    name = client.name[:_LONGEST_NAME]
    return Token(
        jti=work.ids.new("tok"),
        kind=kind,
        name=name,
        name_folded=folded(name),
        subject=wanted.subject,
        application_id=client.application_id,
        user_id=wanted.user_id,
        team_id=client.team_id,
        audience=" ".join(wanted.audiences),
        scopes=wanted.scopes,
        **{limit: wanted.limits.get(limit) for limit in _LIMITS},
        parent_jti=wanted.parent_jti,
        session_id=grant.session_id if grant is not None and not grant.is_offline else None,
        kid=kid,
        issued_by=wanted.user_id or client.id,
        issued_at=issued_at,
        expires_at=expires_at,
    )


def _kind(wanted: Wanted, issuer: TokenIssuer) -> TokenKind:
    """What the registry calls such a token."""
    if wanted.user_id is not None:
        return "personal"
    return "application" if issuer.audience in wanted.audiences else "service"
