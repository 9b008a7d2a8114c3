"""Why a call did not go well, as one stable name: the codes of the gate's own error bodies, and those of cuts."""

FIRST_ERROR = 400
"""The least HTTP status that is an error."""

_FIRST_SERVER_ERROR = 500
_TOO_LARGE = 431
CLIENT_CLOSED = "client_closed"
"""Nothing refused the call: its client left."""
_UPSTREAM_ERROR = "upstream_error"
_TIMEOUT = "upstream_timeout"
_UNREACHABLE = "upstream_unreachable"
_RESET = "upstream_reset"
_JWT = "jwt_authn_access_denied{"
_RBAC = "rbac_access_denied_matched_policy["
_BEFORE = "upstream_reset_before_response_started{"

_DETAILS: tuple[tuple[str, str], ...] = (
    (f"{_JWT}Jwt_is_missing}}", "token_missing"),
    (f"{_JWT}Jwt_is_expired}}", "token_expired"),
    (f"{_JWT}Jwt_not_yet_valid}}", "token_not_yet_valid"),
    (f"{_JWT}Jwt_issuer_is_not_configured}}", "token_wrong_issuer"),
    (f"{_JWT}Audiences_in_Jwt_are_not_allowed}}", "token_wrong_audience"),
    (f"{_JWT}Jwks_doesn", "token_unknown_key"),
    (_JWT, "token_invalid"),
    (f"{_RBAC}revoked", "token_revoked"),
    (f"{_RBAC}claim_missing_", "token_invalid"),
    (f"{_RBAC}token_kind", "token_invalid"),
    (f"{_RBAC}key_unnamed", "token_invalid"),
    (f"{_RBAC}header_refused", "token_invalid"),
    (f"{_RBAC}two_tokens", "token_invalid"),
    (f"{_RBAC}application_unknown", "application_unknown"),
    (f"{_RBAC}claim_refused", "claim_refused"),
    *(
        (f"{_RBAC}{code}]", code)
        for code in (
            "subscription_missing",
            "subscription_requested",
            "subscription_suspended",
            "subscription_rejected",
            "subscription_ended",
        )
    ),
    (f"{_RBAC}none]", "service_not_in_token"),
    (f"{_RBAC}scope_missing", "scope_missing"),
    (f"{_RBAC}role_missing", "role_missing"),
    (f"{_RBAC}token_claim_refused", "claim_missing"),
    (f"{_RBAC}address_refused", "address_refused"),
    ("rbac_access_denied", "access_denied"),
    ("request_rate_limited", "rate_limited"),
    ("rate_limiter_error", "rate_limits_away"),
    ("ext_authz_denied", "request_refused"),
    ("ext_authz_error", "worker_away"),
    ("fault_filter_abort", "fault_injected"),
    ("upgrade_failed", "upgrade_refused"),
    ("upstream_response_timeout", _TIMEOUT),
    ("response_timeout", _TIMEOUT),
    ("upstream_per_try_timeout", _TIMEOUT),
    ("upstream_max_stream_duration", _TIMEOUT),
    (f"{_BEFORE}overflow", "upstream_overloaded"),
    ("no_healthy_upstream", _UNREACHABLE),
    ("cluster_not_found", _UNREACHABLE),
    (f"{_BEFORE}connection_failure", _UNREACHABLE),
    (f"{_BEFORE}remote_connection_failure", _UNREACHABLE),
    (f"{_BEFORE}local_connection_failure", _UNREACHABLE),
    (f"{_BEFORE}connection_timeout", _UNREACHABLE),
    ("upstream_reset", _RESET),
    ("upstream_protocol_error", _RESET),
    ("request_header_timeout", "request_timeout"),
    ("request_overall_timeout", "request_timeout"),
    ("stream_idle_timeout", "request_timeout"),
    ("downstream_remote_disconnect", CLIENT_CLOSED),
    ("downstream_remote_reset", CLIENT_CLOSED),
    ("http2.remote_reset", CLIENT_CLOSED),
)
"""Beginnings of ``%RESPONSE_CODE_DETAILS%`` and what they mean; the first match wins."""

_STATUSES = {
    404: "route_not_found",
    405: "method_not_allowed",
    410: "version_retired",
    413: "request_too_large",
    431: "headers_too_large",
    503: "gateway_overloaded",
}
"""Envoy's own answers whose details tell no more."""

_OUTCOMES = {"cancelled": CLIENT_CLOSED, "revoked": "token_revoked", "error": _UPSTREAM_ERROR}


def reason_of_call(status: int, details: str | None, flags: str | None) -> str | None:
    """The reason by what Envoy tells; None for a call that went well.

    Args:
        status: HTTP status; 0 where the client left before an answer.
        details: Envoy's response code details.
        flags: Envoy's response flags, short names parted by commas.
    """
    if status == _TOO_LARGE:
        return _STATUSES[status]
    if details is not None and details != "via_upstream":
        for beginning, reason in _DETAILS:
            if details.startswith(beginning):
                return reason
    if status == 0 or (flags is not None and "DC" in flags.split(",")):
        return CLIENT_CLOSED
    if status < FIRST_ERROR:
        return None
    if details in {None, "via_upstream"}:
        return _UPSTREAM_ERROR
    return _STATUSES.get(status, "bad_request" if status < _FIRST_SERVER_ERROR else "gateway_error")


def reason_of_usage(outcome: str, error_code: str | None) -> str | None:
    """The reason by what the worker tells, which knows more of an AI call than Envoy; None where it has none."""
    return error_code or _OUTCOMES.get(outcome)


def is_error(status: int) -> bool:
    """Whether the sums count the call as an error: the client left before an answer, or got one from 400 up."""
    return status == 0 or status >= FIRST_ERROR
