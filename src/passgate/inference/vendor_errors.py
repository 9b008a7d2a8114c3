"""A vendor's error, or its garbage, as the caller's format words it."""

from dataclasses import dataclass

from passgate.inference.exchange.failure import INVALID_RESPONSE, Failure, VendorFailure, vendor_code, vendor_failure
from passgate.inference.exchange.ports import Dialect, Format
from passgate.inference.exchange.reading import is_success
from passgate.inference.json_text import read_json
from passgate.inference.translation import ClientReply

JSON = "application/json"
_MESSAGE_LIMIT = 1000
_UNSAID = 500
"""For an error inside a stream that does not say what status it stands for."""


@dataclass(slots=True)  # not frozen: every call makes one, and freezing takes three times as long
class VendorErrors:
    """Words a vendor's errors for a caller.

    Attributes:
        form: the caller's format.
        dialect: the vendor's format.
        same: the two are the same, so that a readable error may pass with its own bytes.
    """

    form: Format
    dialect: Dialect
    same: bool

    def reply(self, status: int, body: bytes, request_id: str) -> ClientReply:
        """The reply for a status that is no success, or for a success whose body is none.

        Args:
            status: the vendor's, or what its error in a 200 stands for.
            body: the vendor's.
            request_id: of the call.
        """
        told = None if is_success(status) else self._read(body)
        failure = vendor_failure(status, told, request_id)
        code = INVALID_RESPONSE if failure.code == INVALID_RESPONSE else vendor_code(status)
        said = told.message if told is not None else body[:_MESSAGE_LIMIT].decode(errors="replace")
        if told is not None and self.same and failure.status == status and told.documented:
            return ClientReply(status, JSON, body, error_code=code, vendor_message=said)
        return ClientReply(failure.status, JSON, self.form.error(failure), error_code=code, vendor_message=said)

    def _read(self, body: bytes) -> VendorFailure | None:
        try:
            return self.dialect.failure(read_json(body))
        except ValueError:
            return None


def stream_failure(told: VendorFailure, request_id: str) -> Failure:
    """An error that the vendor reported inside its stream."""
    return vendor_failure(told.status or _UNSAID, told, request_id)


def stream_code(told: VendorFailure) -> str:
    """The gate's stable code of an error inside a stream."""
    return vendor_code(told.status or _UNSAID)
