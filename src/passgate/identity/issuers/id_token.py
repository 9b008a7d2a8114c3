"""ID tokens and logout tokens of a provider, checked by every rule that applies to them."""

import hmac
import json
from collections.abc import Mapping, Sequence
from typing import Any

from passgate.identity.issuers.errors import ExternalSignInError
from passgate.identity.issuers.key_set import verification_keys
from passgate.sdk.base64url import decoded
from passgate.sdk.refusal import TokenRefusedError
from passgate.sdk.rules import MAX_LEEWAY_SECONDS, Rules
from passgate.sdk.verifier import verified_claims

LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
"""OpenID Connect Back-Channel Logout 1.0 section 2.4."""

_MAX_SUBJECT = 255
_LOGOUT_AGE_SECONDS = 300


def algorithm_of(token: str) -> str:
    """What the header says that it is signed with; proves nothing, and picks among the keys that we hold."""
    try:
        header = json.loads(decoded(token.split(".", 1)[0]))
    except (ValueError, RecursionError):
        return ""
    return str(header.get("alg", "")) if isinstance(header, dict) else ""


def knows_key(token: str, keys: Sequence[Mapping[str, str]]) -> bool:
    """Whether the key that the token's header names is among these; where not, the key set may be out of date."""
    try:
        header = json.loads(decoded(token.split(".", 1)[0]))
    except (ValueError, RecursionError):
        return True
    kid = header.get("kid") if isinstance(header, dict) else None
    return kid is None or any(key["kid"] == kid for key in keys)


def check_id_token(  # noqa: PLR0913 - each argument is one thing that is checked
    token: str, keys: Sequence[Mapping[str, str]], *, issuer: str, client_id: str, nonce: str, now: float
) -> Mapping[str, Any]:
    """The claims of an ID token (OpenID Connect Core section 3.1.3.7).

    Raises:
        ExternalSignInError: a rule is broken; says which.
    """
    claims = _claims(token, keys, Rules(issuer, (client_id,), typ=None, required=_ID_CLAIMS, **_LENIENT), now)
    _check_party(claims, client_id)
    given = claims.get("nonce")
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), nonce.encode()):
        raise ExternalSignInError("The ID token is not the answer to this sign-in (its nonce differs).")
    if "events" in claims:
        raise ExternalSignInError("The token is no ID token.")
    return claims


def check_logout_token(
    token: str, keys: Sequence[Mapping[str, str]], *, issuer: str, client_id: str, now: float
) -> Mapping[str, Any]:
    """The claims of a logout token (OpenID Connect Back-Channel Logout 1.0 section 2.6).

    Raises:
        ExternalSignInError: a rule is broken; says which.
    """
    required = ("iss", "aud", "iat", "jti", "events")
    claims = _claims(token, keys, Rules(issuer, (client_id,), typ=None, required=required, **_LENIENT), now)
    events = claims["events"]
    if not isinstance(events, dict) or not isinstance(events.get(LOGOUT_EVENT), dict):
        raise ExternalSignInError("The token tells of no logout.")
    if "nonce" in claims:
        raise ExternalSignInError("A logout token has no nonce.")
    if claims["iat"] < now - _LOGOUT_AGE_SECONDS:
        raise ExternalSignInError("The logout token is too old.")
    if not any(isinstance(claims.get(name), str) and claims[name] for name in ("sub", "sid")):
        raise ExternalSignInError("The logout token names neither a subject nor a session.")
    return claims


_ID_CLAIMS = ("iss", "sub", "aud", "exp", "iat")
_LENIENT: Mapping[str, Any] = {"kid_required": False, "leeway": MAX_LEEWAY_SECONDS}


def _claims(token: str, keys: Sequence[Mapping[str, str]], rules: Rules, now: float) -> Mapping[str, Any]:
    try:
        claims = verified_claims(token, verification_keys(keys, algorithm_of(token)), rules, now=now)
    except TokenRefusedError as refused:
        raise ExternalSignInError(f"The provider's token does not hold: {refused.message}") from None
    subject = claims.get("sub", "x")
    if not isinstance(subject, str) or not 0 < len(subject) <= _MAX_SUBJECT or not subject.isprintable():
        raise ExternalSignInError("The provider's token names no usable subject.")
    return claims


def _check_party(claims: Mapping[str, Any], client_id: str) -> None:
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if claims.get("azp", None if several else client_id) != client_id:
        raise ExternalSignInError("The ID token was issued to another client (azp).")
