"""Errors as Google's APIs tell them (https://cloud.google.com/apis/design/errors)."""

from passgate.inference.exchange.failure import VendorFailure
from passgate.inference.exchange.reading import as_object, as_text_or_none

_ERROR_STATUSES = range(400, 600)
_MEANINGS = {
    "INVALID_ARGUMENT": 400,
    "FAILED_PRECONDITION": 400,
    "OUT_OF_RANGE": 400,
    "UNAUTHENTICATED": 401,
    "PERMISSION_DENIED": 403,
    "NOT_FOUND": 404,
    "ABORTED": 409,
    "ALREADY_EXISTS": 409,
    "RESOURCE_EXHAUSTED": 429,
    "CANCELLED": 499,
    "INTERNAL": 500,
    "UNKNOWN": 500,
    "UNIMPLEMENTED": 501,
    "UNAVAILABLE": 503,
    "DEADLINE_EXCEEDED": 504,
}


def read_failure(document: object) -> VendorFailure | None:
    """Read ``{"error": {"code", "message", "status"}}``, which may stand in a list of one."""
    if isinstance(document, list) and len(document) == 1:
        document = document[0]
    error = as_object(document).get("error")
    if isinstance(error, str) and error:
        return VendorFailure(error, documented=False)
    if not isinstance(error, dict) or not error:
        return None
    message = as_text_or_none(error.get("message")) or "The vendor reported an error without a message."
    code = error.get("code")
    known = isinstance(code, int) and not isinstance(code, bool) and code in _ERROR_STATUSES
    status = code if known else _MEANINGS.get(as_text_or_none(error.get("status")) or "")
    return VendorFailure(message, status)
