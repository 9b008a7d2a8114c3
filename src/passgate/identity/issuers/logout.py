"""Signing out at both ends: here and at the provider, whichever end begins."""

from sqlalchemy import ColumnElement, select, update

from passgate.identity.issuers.code_flow import with_query
from passgate.identity.issuers.discovery import Endpoints
from passgate.identity.issuers.errors import ExternalSignInError
from passgate.identity.issuers.following import Followed, due_for
from passgate.identity.issuers.id_token import check_logout_token, knows_key
from passgate.identity.issuers.models import ExternalSession, IdentityProvider
from passgate.identity.models import BrowserSession
from passgate.identity.service.sessions import session_of
from passgate.kernel.clock import epoch_seconds
from passgate.kernel.errors import NotFoundError
from passgate.storage.work import Work


def sign_out_address(work: Work, secret: str, after: str) -> tuple[str, str] | None:
    """Where the session behind a browser's cookie ends at its provider, and the provider's name.

    None where nobody else knows of the session (OpenID Connect RP-Initiated Logout 1.0 section 2).

    Args:
        work: the unit of work.
        secret: the cookie's.
        after: where the provider may send the browser then.
    """
    opened = session_of(work, secret)
    if opened is None:
        return None
    query = (
        select(ExternalSession, IdentityProvider)
        .join(IdentityProvider, IdentityProvider.id == ExternalSession.provider_id)
        .where(ExternalSession.session_id == opened.id)
    )
    found = work.session.execute(query).first()
    if found is None:
        return None
    session, provider = found
    endpoints = Endpoints.of_stored(provider.endpoints)
    if not endpoints.end_session:
        return None
    asked = {
        "id_token_hint": work.vault.open(session.sealed_id_token),
        "client_id": provider.client_id,
        "post_logout_redirect_uri": after,
    }
    return with_query(endpoints.end_session, asked), provider.name


def key_to_look_for(work: Work, provider_id: str, logout_token: str) -> Followed | None:
    """The provider, to be looked at first, where a logout token comes with a key of its that is not known yet."""
    provider = work.session.get(IdentityProvider, provider_id)
    if provider is None or knows_key(logout_token, provider.keys):
        return None
    return due_for(work, provider_id)


def logged_out_there(work: Work, provider_id: str, logout_token: str) -> int:
    """End the sessions that the provider says have ended; how many (Back-Channel Logout 1.0 section 2.7).

    Raises:
        NotFoundError: no such provider.
        ExternalSignInError: the token does not hold.
    """
    provider = work.session.get(IdentityProvider, provider_id)
    if provider is None:
        raise NotFoundError("No such identity provider.")
    now = epoch_seconds(work.clock.now())
    claims = check_logout_token(
        logout_token, provider.keys, issuer=provider.issuer, client_id=provider.client_id, now=now
    )
    concerned: ColumnElement[bool] = ExternalSession.provider_id == provider_id
    for name, column in (("sub", ExternalSession.subject), ("sid", ExternalSession.sid)):
        if name in claims:
            if not isinstance(claims[name], str):
                raise ExternalSignInError(f"The logout token's {name} is no text.")
            concerned &= column == claims[name]
    ids = work.session.scalars(select(ExternalSession.session_id).where(concerned)).all()
    open_ones = BrowserSession.id.in_(ids) & BrowserSession.ended_at.is_(None)
    ended = work.session.scalars(
        update(BrowserSession).where(open_ones).values(ended_at=work.clock.now()).returning(BrowserSession.id)
    ).all()
    return len(ended)
