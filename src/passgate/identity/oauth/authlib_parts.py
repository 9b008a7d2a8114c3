"""Authlib's core classes, which ship no types; named here once."""

from authlib.oauth2.rfc6749 import (  # type: ignore[import-untyped]  # no types
    AccessDeniedError,
    AuthorizationServer,
    InvalidClientError,
    InvalidGrantError,
    InvalidRequestError,
    InvalidScopeError,
    OAuth2Error,
    OAuth2Payload,
    OAuth2Request,
    UnauthorizedClientError,
)
from authlib.oauth2.rfc6749.grants import (  # type: ignore[import-untyped]  # no types
    AuthorizationCodeGrant,
    BaseGrant,
    ClientCredentialsGrant,
    RefreshTokenGrant,
    TokenEndpointMixin,
)
from authlib.oauth2.rfc7009 import RevocationEndpoint  # type: ignore[import-untyped]  # no types
from authlib.oauth2.rfc7636 import CodeChallenge  # type: ignore[import-untyped]  # no types
from authlib.oauth2.rfc7662 import IntrospectionEndpoint  # type: ignore[import-untyped]  # no types
from authlib.oauth2.rfc8628 import (  # type: ignore[import-untyped]  # no types
    AuthorizationPendingError,
    DeviceAuthorizationEndpoint,
    DeviceCodeGrant,
    ExpiredTokenError,
    SlowDownError,
)

__all__ = [
    "AccessDeniedError",
    "AuthorizationCodeGrant",
    "AuthorizationPendingError",
    "AuthorizationServer",
    "BaseGrant",
    "ClientCredentialsGrant",
    "CodeChallenge",
    "DeviceAuthorizationEndpoint",
    "DeviceCodeGrant",
    "ExpiredTokenError",
    "IntrospectionEndpoint",
    "InvalidClientError",
    "InvalidGrantError",
    "InvalidRequestError",
    "InvalidScopeError",
    "OAuth2Error",
    "OAuth2Payload",
    "OAuth2Request",
    "RefreshTokenGrant",
    "RevocationEndpoint",
    "SlowDownError",
    "TokenEndpointMixin",
    "UnauthorizedClientError",
]
