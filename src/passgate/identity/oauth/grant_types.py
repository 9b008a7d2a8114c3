"""What each kind of application may do at the token endpoint."""

from collections.abc import Mapping
from typing import Literal

ClientKind = Literal["web", "spa", "native", "service"]
AuthMethod = Literal["client_secret", "private_key_jwt", "none"]

CODE = "authorization_code"
REFRESH = "refresh_token"
CLIENT_CREDENTIALS = "client_credentials"
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"

GRANTS: Mapping[str, tuple[str, ...]] = {
    "web": (CODE, REFRESH, CLIENT_CREDENTIALS, EXCHANGE),
    "spa": (CODE, REFRESH),
    "native": (CODE, REFRESH, DEVICE),
    "service": (CLIENT_CREDENTIALS, EXCHANGE),
}
"""Neither ``password`` nor ``implicit`` (RFC 9700 sections 2.1.2 and 2.4)."""

METHODS: Mapping[str, tuple[AuthMethod, ...]] = {
    "web": ("client_secret", "private_key_jwt"),
    "spa": ("none",),
    "native": ("none",),
    "service": ("client_secret", "private_key_jwt"),
}
"""How each kind shows who it is; what runs on people's devices keeps no secret (RFC 8252 section 8.5)."""

OPENID_SCOPES: Mapping[str, str] = {
    "openid": "Know who you are",
    "profile": "Read your name",
    "email": "Read your e-mail address",
    "offline_access": "Stay signed in after you sign out of Passgate",
}
"""OpenID Connect's scopes (Core sections 5.4 and 11), and what a person is told of each."""
