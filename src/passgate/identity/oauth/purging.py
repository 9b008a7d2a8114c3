"""What has had its time: codes, devices, assertions, grants with their tokens, delivered notices."""

from datetime import timedelta

from sqlalchemy import delete

from passgate.identity.oauth.flow_tables import OAuthAssertion, OAuthDevice, OAuthGrant, OAuthLogoutNotice
from passgate.storage.work import Work

_KEPT = timedelta(days=7)


def purge_oauth(work: Work) -> None:
    """Delete it; a grant's codes, refresh tokens and list of tokens go with it."""
    now = work.clock.now()
    work.session.execute(delete(OAuthAssertion).where(OAuthAssertion.expires_at <= now))
    work.session.execute(delete(OAuthDevice).where(OAuthDevice.expires_at <= now - _KEPT))
    work.session.execute(delete(OAuthGrant).where(OAuthGrant.expires_at <= now - _KEPT))
    work.session.execute(
        delete(OAuthLogoutNotice).where(
            OAuthLogoutNotice.next_at.is_(None), OAuthLogoutNotice.created_at <= now - _KEPT
        )
    )
