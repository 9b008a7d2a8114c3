"""Errors as OpenAI's clients read them (https://platform.openai.com/docs/guides/error-codes)."""

import orjson

from passgate.inference.exchange.failure import Failure
from passgate.inference.sse import sse_event

_TYPES = {
    401: "authentication_error",
    402: "insufficient_quota",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
}
_FIRST_SERVER_ERROR = 500


def error_body(failure: Failure) -> bytes:
    """``{"error": {"message", "type", "param", "code", "request_id"}}``; the last is the gate's addition."""
    default = "server_error" if failure.status >= _FIRST_SERVER_ERROR else "invalid_request_error"
    error = {
        "message": failure.message,
        "type": _TYPES.get(failure.status, default),
        "param": failure.param,
        "code": failure.code,
    }
    if failure.request_id is not None:
        error["request_id"] = failure.request_id
    return orjson.dumps({"error": error})


def stream_error(failure: Failure) -> bytes:
    """The same inside a stream; the SDKs raise on an event that has ``error``."""
    return sse_event(error_body(failure))
