"""The documents by which clients find everything: RFC 8414, RFC 9728 and OpenID Connect Discovery."""

from typing import Any

from passgate.identity.keys.rules import DEFAULT_ALGORITHM
from passgate.identity.oauth.grant_types import CLIENT_CREDENTIALS, CODE, DEVICE, EXCHANGE, OPENID_SCOPES, REFRESH
from passgate.identity.oauth.protocol import OAuthSite

_TOOLS = "/mcp"
"""Where the gate answers clients that speak MCP."""
_METHODS = ["client_secret_basic", "client_secret_post", "private_key_jwt"]


def metadata(site: OAuthSite) -> dict[str, Any]:
    """One document for both."""
    return {
        "issuer": site.issuer.issuer,
        "authorization_endpoint": site.endpoint("authorize"),
        "token_endpoint": site.endpoint("token"),
        "userinfo_endpoint": site.endpoint("userinfo"),
        "jwks_uri": f"{site.url}/.well-known/jwks.json",
        "introspection_endpoint": site.endpoint("introspect"),
        "revocation_endpoint": site.endpoint("revoke"),
        "registration_endpoint": site.endpoint("register"),
        "device_authorization_endpoint": site.endpoint("device_authorization"),
        "end_session_endpoint": site.endpoint("logout"),
        "scopes_supported": list(OPENID_SCOPES),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": [CODE, REFRESH, CLIENT_CREDENTIALS, DEVICE, EXCHANGE],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "token_endpoint_auth_methods_supported": [*_METHODS, "none"],
        "token_endpoint_auth_signing_alg_values_supported": ["ES256", "ES384", "RS256", "PS256", "EdDSA"],
        "introspection_endpoint_auth_methods_supported": _METHODS,
        "revocation_endpoint_auth_methods_supported": [*_METHODS, "none"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [DEFAULT_ALGORITHM],
        "claims_supported": [
            "iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "sid", "name", "preferred_username", "email",
        ],
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "claims_parameter_supported": False,
    }  # fmt: skip


def tools_metadata(site: OAuthSite, path: str = "") -> dict[str, Any]:
    """What a client of MCP reads to find out where tokens come from (RFC 9728 section 2).

    Args:
        site: who the authorization server is.
        path: of the service whose tools alone are called, such as ``/orders``; empty: those of all.
    """
    return {
        "resource": f"{site.url}{_TOOLS}{path}",
        "resource_name": "Tools behind Passgate",
        "authorization_servers": [site.issuer.issuer],
        "jwks_uri": f"{site.url}/.well-known/jwks.json",
        "bearer_methods_supported": ["header"],
    }


def is_tools_url(site: OAuthSite, url: str) -> bool:
    """Whether it is one of those that :func:`tools_metadata` names."""
    whole = f"{site.url}{_TOOLS}"
    return url == whole or url.startswith(f"{whole}/")
