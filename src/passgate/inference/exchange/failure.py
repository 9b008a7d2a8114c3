"""What went wrong with a call, before any format words it."""

from dataclasses import dataclass

from passgate.inference.exchange.reading import is_success

INVALID_RESPONSE = "vendor_invalid_response"
STREAM_TRUNCATED = "vendor_stream_truncated"
AUTH_FAILED = "vendor_auth_failed"

BAD_GATEWAY = 502
_UNAUTHORIZED = 401

_CODES = {
    400: "vendor_rejected_request",
    _UNAUTHORIZED: AUTH_FAILED,
    402: "vendor_payment_required",
    403: "vendor_permission_denied",
    404: "vendor_not_found",
    408: "vendor_timeout",
    413: "vendor_request_too_large",
    429: "vendor_rate_limited",
    503: "vendor_overloaded",
    504: "vendor_timeout",
    529: "vendor_overloaded",
}
_FIRST_SERVER_ERROR = 500
_FIRST_CLIENT_ERROR = 400


@dataclass(frozen=True, slots=True)
class Failure:
    """A refusal or a fault, to be worded in the caller's format."""

    status: int
    code: str
    message: str
    param: str | None = None
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class VendorFailure:
    """An error as the vendor reported it."""

    message: str
    status: int | None = None
    """The HTTP status that the vendor's own words stand for, where it did not come as one (inside a stream)."""
    code: str | None = None
    param: str | None = None
    documented: bool = True
    """The error has the shape that the vendor's format documents, so that a client of that format can read it."""


def vendor_code(status: int) -> str:
    """The gate's stable code for a status that a vendor answered with."""
    known = _CODES.get(status)
    if known is not None:
        return known
    return "vendor_error" if status >= _FIRST_SERVER_ERROR else "vendor_rejected_request"


def caller_status(status: int) -> int:
    """The status for the caller.

    A vendor's status is kept, with two exceptions: its 401 speaks of the gate's credential and not of the caller's,
    and a redirect is no answer; both become 502.
    """
    if status == _UNAUTHORIZED or status < _FIRST_CLIENT_ERROR:
        return BAD_GATEWAY
    return status


def vendor_failure(status: int, told: VendorFailure | None, request_id: str) -> Failure:
    """A vendor's error for the caller; ``told`` is None where its body could not be read."""
    if is_success(status) or status < _FIRST_CLIENT_ERROR:
        return Failure(BAD_GATEWAY, INVALID_RESPONSE, "The vendor's answer cannot be read.", None, request_id)
    code = vendor_code(status)
    if status == _UNAUTHORIZED:
        # The vendor's own words may repeat parts of the key.
        message = "The vendor refused the credential that the gate holds for it."
        return Failure(caller_status(status), code, message, None, request_id)
    if told is None:
        message = f"The vendor answered with status {status} and no readable error."
        return Failure(caller_status(status), code, message, None, request_id)
    return Failure(caller_status(status), told.code or code, told.message, told.param, request_id)
