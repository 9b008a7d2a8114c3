"""The endpoints that clients call themselves: token, device authorization, introspection, revocation."""

from passgate.identity.oauth.client_credentials_grant import OwnNameGrant
from passgate.identity.oauth.code_grant import CodeGrant, MandatoryS256
from passgate.identity.oauth.device_grant import DeviceEndpoint, DeviceGrant
from passgate.identity.oauth.exchange_grant import ExchangeGrant
from passgate.identity.oauth.introspection import Introspection
from passgate.identity.oauth.protocol import OAuthRequest, OAuthSite, Reply
from passgate.identity.oauth.refresh_grant import RefreshGrant
from passgate.identity.oauth.revocation import Revocation
from passgate.identity.oauth.server import OAuthServer
from passgate.identity.oauth.shared_work import SharedWork
from passgate.storage.work import Work

_EXTENSIONS = {CodeGrant: [MandatoryS256(required=True)]}
_GRANTS = (OwnNameGrant, CodeGrant, RefreshGrant, DeviceGrant, ExchangeGrant)


def token_reply(work: Work, site: OAuthSite, request: OAuthRequest) -> Reply:
    """The token endpoint (RFC 6749 section 3.2)."""
    reply = shared_token_reply(work, site, request)
    SharedWork.of(work).write()
    return reply


def shared_token_reply(work: Work, site: OAuthSite, request: OAuthRequest) -> Reply:
    """The same, for several requests of one unit of work: whoever serves them writes their tokens at its end."""
    server = OAuthServer(work, site)
    for grant in _GRANTS:
        server.register_grant(grant, _EXTENSIONS.get(grant))
    reply: Reply = server.create_token_response(request)
    return reply


def device_reply(work: Work, site: OAuthSite, request: OAuthRequest) -> Reply:
    """The device authorization endpoint (RFC 8628 section 3.1)."""
    return _endpoint_reply(work, site, DeviceEndpoint, request)


def introspection_reply(work: Work, site: OAuthSite, request: OAuthRequest) -> Reply:
    """The introspection endpoint (RFC 7662)."""
    return _endpoint_reply(work, site, Introspection, request)


def revocation_reply(work: Work, site: OAuthSite, request: OAuthRequest) -> Reply:
    """The revocation endpoint (RFC 7009)."""
    return _endpoint_reply(work, site, Revocation, request)


def _endpoint_reply(
    work: Work,
    site: OAuthSite,
    endpoint: type[DeviceEndpoint] | type[Introspection] | type[Revocation],
    request: OAuthRequest,
) -> Reply:
    server = OAuthServer(work, site)
    server.register_endpoint(endpoint)
    reply: Reply = server.create_endpoint_response(endpoint.ENDPOINT_NAME, request)
    return reply
