"""Errors as Anthropic's clients read them (https://docs.anthropic.com/en/api/errors)."""

import orjson

from passgate.inference.exchange.failure import Failure
from passgate.inference.sse import sse_event

_TYPES = {
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    503: "overloaded_error",
    504: "timeout_error",
    529: "overloaded_error",
}
_FIRST_SERVER_ERROR = 500


def error_body(failure: Failure) -> bytes:
    """``{"type": "error", "error": {"type", "message", "code"}, "request_id"}``; ``code`` is the gate's addition."""
    default = "api_error" if failure.status >= _FIRST_SERVER_ERROR else "invalid_request_error"
    error = {"type": _TYPES.get(failure.status, default), "message": failure.message, "code": failure.code}
    if failure.param is not None:
        error["param"] = failure.param
    return orjson.dumps({"type": "error", "error": error, "request_id": failure.request_id})


def stream_error(failure: Failure) -> bytes:
    """The same as an ``error`` event of a stream."""
    return sse_event(error_body(failure), "error")
