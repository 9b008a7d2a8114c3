"""Errors as Anthropic tells them (https://docs.anthropic.com/en/api/errors)."""

from passgate.inference.exchange.failure import VendorFailure
from passgate.inference.exchange.reading import as_text_or_none

_MEANINGS = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}


def read_failure(document: object) -> VendorFailure | None:
    """Read ``{"type": "error", "error": {"type": ..., "message": ...}}``."""
    error = document.get("error") if isinstance(document, dict) else None
    if isinstance(error, str) and error:
        return VendorFailure(error, documented=False)
    if not isinstance(error, dict) or not error:
        return None
    message = as_text_or_none(error.get("message")) or "The vendor reported an error without a message."
    return VendorFailure(message, _MEANINGS.get(as_text_or_none(error.get("type")) or ""))
