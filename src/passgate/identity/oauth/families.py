"""Families of tokens: a grant ends with any token of it that is revoked, so that no refresh token brings another."""

from sqlalchemy import ColumnElement, select, update

from passgate.identity.models import Token
from passgate.identity.oauth.flow_tables import OAuthGrant, OAuthGrantToken
from passgate.storage.work import Work


def end_families(work: Work, condition: ColumnElement[bool], reason: str) -> None:
    """End the grants of which a token, expired ones too, fits the condition."""
    concerned = select(OAuthGrantToken.grant_id).join(Token, Token.jti == OAuthGrantToken.jti).where(condition)
    work.session.execute(
        update(OAuthGrant)
        .where(OAuthGrant.id.in_(concerned), OAuthGrant.ended_at.is_(None))
        .values(ended_at=work.clock.now(), ended_reason=(reason or "token revoked")[:100]),
        execution_options={"synchronize_session": "fetch"},
    )
