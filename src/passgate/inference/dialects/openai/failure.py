"""Errors as OpenAI-compatible vendors tell them."""

from typing import Any

from passgate.inference.exchange.failure import VendorFailure
from passgate.inference.exchange.reading import as_text_or_none

_ERROR_STATUSES = range(400, 600)
_MEANINGS = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "permission_error": 403,
    "not_found_error": 404,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
    "insufficient_quota": 429,
    "server_error": 500,
    "overloaded_error": 503,
}


def read_failure(document: object) -> VendorFailure | None:
    """Read ``{"error": {...}}``, ``{"error": "..."}`` (Ollama), ``{"message": ...}`` (Mistral), ``{"detail": ...}``."""
    if not isinstance(document, dict):
        return None
    error = document.get("error")
    if error is None and "choices" not in document and "data" not in document:
        error = document.get("message") or document.get("detail")
        if isinstance(error, str) and error:
            param = as_text_or_none(document.get("param"))
            return VendorFailure(error, None, _code(document), param, documented=False)
    if isinstance(error, str) and error:
        return VendorFailure(error, documented=False)
    if not isinstance(error, dict) or not error:
        return None
    message = as_text_or_none(error.get("message")) or "The vendor reported an error without a message."
    return VendorFailure(message, _status(error), _code(error), as_text_or_none(error.get("param")))


def _code(error: dict[str, Any]) -> str | None:
    return as_text_or_none(error.get("code"))


def _status(error: dict[str, Any]) -> int | None:
    code = error.get("code")
    if isinstance(code, int) and not isinstance(code, bool) and code in _ERROR_STATUSES:
        return code
    return _MEANINGS.get(as_text_or_none(code) or "") or _MEANINGS.get(as_text_or_none(error.get("type")) or "")
