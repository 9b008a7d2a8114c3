"""Every refusal that Envoy itself speaks: how it is recognised, its stable code, and the sentence for people."""

from dataclasses import dataclass
from typing import Literal

_JWT = "jwt_authn_access_denied{"
_RBAC = "rbac_access_denied_matched_policy["

_OWN_WORDS = "%LOCAL_REPLY_BODY%"
"""What the route itself says."""
_SCOPES, _WANTED = "%METADATA(ROUTE:passgate:scopes)%", "%METADATA(ROUTE:passgate:wanted)%"

_SEE_WHY = "; the page My subscriptions in the portal says why."

Challenge = Literal["none", "bare", "invalid_token", "insufficient_scope"]
"""What WWW-Authenticate says: nothing, only that a token is wanted, or an error of RFC 6750 section 3.1."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One refusal.

    Attributes:
        code: stable, for machines.
        status: HTTP status of the answer.
        message: which check failed, in a sentence. May hold Envoy's formatting commands, so no other percent sign.
        details: beginnings of Envoy's response code details, any of which means this refusal; empty: see ``statuses``.
        larger_than: bytes of path and headers together that must be exceeded too.
        statuses: Envoy's own statuses (from, to) that mean this refusal; used after all details.
        challenge: what WWW-Authenticate says.
        route: beginning of the route's name that means this refusal.
        scope: what the challenge names as the scope that is wanted (RFC 6750 section 3).
    """

    code: str
    status: int
    message: str
    details: tuple[str, ...] = ()
    larger_than: int | None = None
    statuses: tuple[int, int] | None = None
    challenge: Challenge = "none"
    route: str | None = None
    scope: str | None = None


def _token(code: str, message: str, *details: str, challenge: Challenge = "invalid_token") -> Refusal:
    return Refusal(code, 401, message, details, challenge=challenge)


def _subscription(state: str, message: str) -> Refusal:
    code = f"subscription_{state}"
    return Refusal(code, 403, message, (f"{_RBAC}{code}]",), challenge="insufficient_scope")


REFUSALS: tuple[Refusal, ...] = (
    # No token that we issue is that large, so only one that does not verify is looked at: a good call pays nothing.
    Refusal(
        "headers_too_large",
        431,
        "The request's path and headers, the token among them, are larger than 16 KiB.",
        (_JWT,),
        larger_than=16 * 1024,
    ),
    _token(
        "token_missing",
        "No token came with the call: send it as Authorization: Bearer, x-api-key, api-key, x-goog-api-key or ?key=.",
        f"{_JWT}Jwt_is_missing}}",
        challenge="bare",
    ),
    _token("token_expired", "The token has expired.", f"{_JWT}Jwt_is_expired}}"),
    _token("token_not_yet_valid", "The token is not valid yet (nbf lies ahead).", f"{_JWT}Jwt_not_yet_valid}}"),
    _token(
        "token_wrong_issuer",
        "The token comes from an issuer that is not trusted here.",
        f"{_JWT}Jwt_issuer_is_not_configured}}",
    ),
    _token(
        "token_wrong_audience",
        "The token is meant for another audience.",
        f"{_JWT}Audiences_in_Jwt_are_not_allowed}}",
    ),
    _token(
        "token_unknown_key",
        "The token is signed with a key that is not, or no longer, trusted here.",
        f"{_JWT}Jwks_doesn",
    ),
    _token("token_revoked", "The token was revoked.", f"{_RBAC}revoked"),
    _token("token_invalid", "The call bears two tokens, of two issuers.", f"{_RBAC}two_tokens"),
    _token("token_invalid", "The token has no jti claim.", f"{_RBAC}claim_missing_jti"),
    _token("token_invalid", "The token has no sub claim.", f"{_RBAC}claim_missing_sub"),
    _token("token_invalid", "The token has no client_id claim.", f"{_RBAC}claim_missing_client_id"),
    _token("token_invalid", "The token has no iat claim.", f"{_RBAC}claim_missing_iat"),
    _token("token_invalid", "The token's header names no key (kid).", f"{_RBAC}key_unnamed"),
    _token(
        "token_invalid",
        "The token's header has a parameter that is not accepted (such as crit, jku or jwk).",
        f"{_RBAC}header_refused",
    ),
    _token("token_invalid", "The token is no access token (its typ is not at+jwt).", f"{_RBAC}token_kind"),
    _token(
        "token_invalid",
        "The token does not verify: it is malformed (is 'Bearer' in it?), has no expiry, or its signature is wrong.",
        _JWT,
    ),
    Refusal(
        "application_unknown",
        403,
        "The token is of a trusted issuer, and names no application that is known here.",
        (f"{_RBAC}application_unknown",),
        challenge="insufficient_scope",
    ),
    Refusal(
        "claim_refused",
        403,
        "The token is of a trusted issuer, and a claim that must have certain values has another.",
        (f"{_RBAC}claim_refused",),
        challenge="insufficient_scope",
    ),
    _subscription("missing", "The token's application has no subscription to this service; the portal takes requests."),
    _subscription(
        "requested", "The token's application has asked for this service, whose team has not decided on it yet."
    ),
    _subscription("suspended", f"The subscription of the token's application is suspended{_SEE_WHY}"),
    _subscription("rejected", f"The request of the token's application for this service was declined{_SEE_WHY}"),
    _subscription("ended", f"The subscription of the token's application has ended{_SEE_WHY}"),
    Refusal(
        "service_not_in_token",
        403,
        "The token is limited to services, and this is none of them.",
        (f"{_RBAC}none]",),
        challenge="insufficient_scope",
    ),
    Refusal(
        "scope_missing",
        403,
        f"The token lacks a scope that this route asks for; it asks for: {_SCOPES}",
        (f"{_RBAC}scope_missing",),
        challenge="insufficient_scope",
        scope=_SCOPES,
    ),
    Refusal(
        "role_missing",
        403,
        f"The token lacks what this route asks for: {_WANTED}",
        (f"{_RBAC}role_missing",),
        challenge="insufficient_scope",
    ),
    Refusal(
        "claim_missing",
        403,
        f"The token lacks what this route asks for: {_WANTED}",
        (f"{_RBAC}token_claim_refused",),
        challenge="insufficient_scope",
    ),
    Refusal("address_refused", 403, "Calls from this address are not let in.", (f"{_RBAC}address_refused",)),
    Refusal(
        "rate_limited",
        429,
        "Too many calls: a rate limit is reached. Retry-After says the seconds until more are let through.",
        ("request_rate_limited",),
    ),
    Refusal("rate_limits_away", 503, "The gate cannot count calls for the moment.", ("rate_limiter_error",)),
    Refusal("worker_away", 503, "The gate cannot check the call for the moment.", ("ext_authz_error",)),
    Refusal("version_unknown", 404, _OWN_WORDS, route="no_version|"),
    Refusal("revision_unknown", 404, _OWN_WORDS, route="no_revision|"),
    Refusal("version_retired", 410, _OWN_WORDS, statuses=(410, 410)),
    Refusal("method_not_allowed", 405, _OWN_WORDS, statuses=(405, 405)),
    Refusal("headers_too_large", 431, "The request's headers are too large.", statuses=(431, 431)),
    Refusal("route_not_found", 404, "Nothing is published under this path.", statuses=(404, 404)),
    Refusal("upgrade_refused", 403, "This route allows no protocol upgrade.", ("upgrade_failed",)),
    Refusal(
        "upstream_timeout",
        504,
        "The upstream did not answer in time.",
        ("upstream_response_timeout", "response_timeout", "upstream_per_try_timeout", "upstream_max_stream_duration"),
    ),
    Refusal(
        "upstream_overloaded",
        503,
        "Too many calls to the upstream are open.",
        ("upstream_reset_before_response_started{overflow",),
    ),
    Refusal(
        "upstream_unreachable",
        503,
        "The upstream cannot be reached.",
        (
            "no_healthy_upstream",
            "cluster_not_found",
            "upstream_reset_before_response_started{connection_failure",
            "upstream_reset_before_response_started{remote_connection_failure",
            "upstream_reset_before_response_started{local_connection_failure",
            "upstream_reset_before_response_started{connection_timeout",
        ),
    ),
    Refusal(
        "upstream_reset",
        502,
        "The upstream broke off before it answered.",
        ("upstream_reset_before_response_started", "upstream_protocol_error"),
    ),
    Refusal(
        "request_timeout",
        408,
        "The request did not arrive in time.",
        ("request_header_timeout", "request_overall_timeout", "stream_idle_timeout"),
    ),
    Refusal("request_too_large", 413, "The request's body is too large.", statuses=(413, 413)),
    Refusal("gateway_overloaded", 503, "The gate has too much to do.", statuses=(503, 503)),
    Refusal("bad_request", 400, "The request is not acceptable HTTP: %RESPONSE_CODE_DETAILS%.", statuses=(400, 499)),
    Refusal("gateway_error", 500, "The gate could not handle the request.", statuses=(500, 599)),
)
"""First match wins."""
