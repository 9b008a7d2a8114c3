"""Grants: given, found again by a code or a refresh token, and ended with all that was issued for them."""

from datetime import timedelta

from sqlalchemy import ColumnElement, select

from passgate.identity.models import BrowserSession, Token, User
from passgate.identity.oauth.client import Client
from passgate.identity.oauth.flow_tables import OAuthGrant, OAuthGrantToken, OAuthRefreshToken
from passgate.identity.secret_hash import secret_hash
from passgate.identity.service.revocation import revoke_fallen
from passgate.kernel.actor import Actor
from passgate.storage.work import Work

REFRESH_PREFIX = "pgr"
GRACE = timedelta(seconds=10)
"""How long a refresh token that was used may be used again: by the other threads and tabs of the same client."""


def new_grant(  # noqa: PLR0913 - what a grant consists of
    work: Work,
    client: Client,
    user_id: str,
    *,
    scopes: list[str],
    audiences: list[str],
    session: BrowserSession,
    nonce: str | None = None,
    is_offline: bool = False,
) -> OAuthGrant:
    """What a person grants a client now, in this browser session; a device outlives the session that approved it."""
    now = work.clock.now()
    grant = OAuthGrant(
        id=work.ids.new("grt"),
        client_id=client.id,
        user_id=user_id,
        session_id=session.id,
        is_offline=is_offline or "offline_access" in scopes,
        scopes=scopes,
        audiences=audiences,
        nonce=nonce,
        auth_time=session.created_at,
        created_at=now,
        expires_at=now + timedelta(days=client.refresh_token_days),
        ended_at=None,
        ended_reason=None,
    )
    work.session.add(grant)
    work.session.flush()
    return grant


def locked_grant(work: Work, grant_id: str) -> OAuthGrant | None:
    """A grant, locked: two who redeem something of one family come one after the other."""
    query = select(OAuthGrant).where(OAuthGrant.id == grant_id).with_for_update()
    return work.session.scalars(query, execution_options={"populate_existing": True}).first()


def refusal_of_grant(work: Work, grant: OAuthGrant) -> str | None:
    """Why nothing can be issued for the grant any more; None where it can."""
    if grant.ended_at is not None:
        return "The grant has ended."
    if grant.expires_at <= work.clock.now():
        return "The grant has expired."
    user = work.session.get(User, grant.user_id)
    if user is None or not user.is_active:
        return "The user is not active."
    if grant.is_offline or grant.session_id is None:
        return None
    session = work.session.get(BrowserSession, grant.session_id)
    if session is None or session.ended_at is not None or session.expires_at <= work.clock.now():
        return "The browser session has ended."
    return None


def new_refresh_token(work: Work, grant: OAuthGrant) -> str:
    """One more refresh token of the family, shown this once."""
    text = work.ids.secret(REFRESH_PREFIX)
    work.session.add(
        OAuthRefreshToken(token_hash=secret_hash(text), grant_id=grant.id, created_at=work.clock.now(), used_at=None)
    )
    return text


def end_grant(actor: Actor, work: Work, grant: OAuthGrant, reason: str) -> None:
    """End a grant: no refresh token of it holds any more, and its live access tokens go on the deny list."""
    if grant.ended_at is None:
        grant.ended_at, grant.ended_reason = work.clock.now(), reason[:100]
        work.session.flush()
    of_grant = select(OAuthGrantToken.jti).where(OAuthGrantToken.grant_id == grant.id)
    revoke_fallen(actor, work, Token.jti.in_(of_grant), reason)


def end_grants(work: Work, condition: ColumnElement[bool], reason: str, actor: Actor) -> None:
    """End all grants that fit the condition. Whoever calls this has authorised the actor."""
    query = select(OAuthGrant).where(condition, OAuthGrant.ended_at.is_(None))
    for grant in work.session.scalars(query).all():
        end_grant(actor, work, grant, reason)
