"""Errors as clients of Google's APIs read them (https://cloud.google.com/apis/design/errors)."""

from typing import Any

import orjson

from passgate.inference.exchange.failure import Failure
from passgate.inference.sse import sse_event

_STATUSES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    402: "FAILED_PRECONDITION",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    405: "UNIMPLEMENTED",
    408: "DEADLINE_EXCEEDED",
    409: "ABORTED",
    413: "INVALID_ARGUMENT",
    429: "RESOURCE_EXHAUSTED",
    499: "CANCELLED",
    500: "INTERNAL",
    501: "UNIMPLEMENTED",
    504: "DEADLINE_EXCEEDED",
}
_FIRST_SERVER_ERROR = 500


def _document(failure: Failure) -> dict[str, Any]:
    default = "UNAVAILABLE" if failure.status >= _FIRST_SERVER_ERROR else "FAILED_PRECONDITION"
    status = _STATUSES.get(failure.status, default)
    told = {"request_id": failure.request_id, "field": failure.param}
    info = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": failure.code,
        "domain": "passgate",
        "metadata": {name: value for name, value in told.items() if value is not None},
    }
    return {"error": {"code": failure.status, "message": failure.message, "status": status, "details": [info]}}


def error_body(failure: Failure) -> bytes:
    """``{"error": {"code", "message", "status", "details"}}``; the gate's code is the details' ``reason``."""
    return orjson.dumps(_document(failure))


def stream_error(failure: Failure) -> bytes:
    """The same as an event of a stream."""
    return sse_event(error_body(failure))


def array_error_body(failure: Failure) -> bytes:
    """The same for a client that reads an array."""
    return orjson.dumps([_document(failure)])


def array_end_error(failure: Failure) -> bytes:
    """The same as the last element of an array that has begun."""
    return b",\r\n" + error_body(failure) + b"]"
