"""Signing out: what a client may ask for (OpenID Connect RP-Initiated Logout), and telling all clients of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from passgate.identity import repository
from passgate.identity.oauth.client import Client, find_client
from passgate.identity.oauth.client_tables import OAuthClient
from passgate.identity.oauth.flow_tables import OAuthGrant, OAuthLogoutNotice
from passgate.identity.oauth.grants import end_grant
from passgate.identity.oauth.id_tokens import TYP
from passgate.identity.oauth.protocol import OAuthSite, with_parameters
from passgate.kernel.actor import SYSTEM
from passgate.kernel.errors import InvalidInputError
from passgate.sdk.refusal import TokenRefusedError
from passgate.sdk.strict_json import strict_object
from passgate.sdk.verification_key import keys_of_jwks
from passgate.sdk.verifier import open_signed
from passgate.storage.work import Work

_REASON = "signed out"


class LogoutRequestError(InvalidInputError):
    """A logout request that names a client, a hint or a return address that does not hold."""

    code = "logout_request_invalid"


@dataclass(frozen=True, slots=True)
class LogoutAsked:
    """A logout request that holds.

    Attributes:
        client: who asks, where it is known.
        subject: whom the hint names; None: no hint, so the person is asked first.
        session_id: the session that the hint names.
        target: where the browser goes afterwards, where the client may say.
    """

    client: Client | None
    subject: str | None
    session_id: str | None
    target: str | None


def read_logout(work: Work, site: OAuthSite, fields: Mapping[str, str]) -> LogoutAsked:
    """The request.

    Raises:
        LogoutRequestError: a hint that is not ours, or an address that the client has not registered.
    """
    claims = _hinted(work, site, fields.get("id_token_hint"))
    client_id = fields.get("client_id") or claims.get("aud")
    if claims and client_id != claims["aud"]:
        raise LogoutRequestError("The id_token_hint is of another client.")
    client = find_client(work, client_id) if client_id else None
    target = fields.get("post_logout_redirect_uri")
    if target is not None:
        if client is None or target not in client.post_logout_redirect_uris:
            raise LogoutRequestError("The post_logout_redirect_uri is not registered for the client.")
        if fields.get("state"):
            target = with_parameters(target, {"state": fields["state"]})
    return LogoutAsked(client, claims.get("sub"), claims.get("sid"), target)


def end_grants_of_session(work: Work, session_id: str) -> None:
    """End what was granted in a browser session, but for ``offline_access``, and have its clients told.

    Whoever ends a session calls this in the same unit of work.
    """
    query = select(OAuthGrant).where(OAuthGrant.session_id == session_id, OAuthGrant.ended_at.is_(None))
    told: set[str] = set()
    for grant in work.session.scalars(query.order_by(OAuthGrant.id)).all():
        if not grant.is_offline:
            end_grant(SYSTEM, work, grant, _REASON)
        if grant.client_id not in told:
            told.add(grant.client_id)
            _have_told(work, grant)


def _have_told(work: Work, grant: OAuthGrant) -> None:
    client = work.session.get(OAuthClient, grant.client_id)
    if client is None or client.backchannel_logout_uri is None:
        return
    now = work.clock.now()
    work.session.add(
        OAuthLogoutNotice(
            id=work.ids.new("lgo"),
            client_id=grant.client_id,
            uri=client.backchannel_logout_uri,
            subject=grant.user_id,
            session_id=grant.session_id,
            attempts=0,
            next_at=now,
            created_at=now,
            outcome=None,
        )
    )


def _hinted(work: Work, site: OAuthSite, hint: str | None) -> Mapping[str, str]:
    """The claims of an ID token of ours; one that has expired still says whose browser it was."""
    if not hint:
        return {}
    keys = keys_of_jwks({"keys": [key.public_jwk for key in repository.signing_keys(work)]})
    try:
        claims = strict_object(open_signed(hint, keys, typ=TYP))
    except (TokenRefusedError, ValueError):
        raise LogoutRequestError("The id_token_hint is no ID token of ours.") from None
    if claims.get("iss") != site.issuer.issuer or not all(isinstance(claims.get(name), str) for name in ("sub", "aud")):
        raise LogoutRequestError("The id_token_hint is no ID token of ours.")
    return claims
