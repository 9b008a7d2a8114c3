"""Errors as Bedrock tells them: a message alone, its kind in a header or in the stream's message type.

See https://docs.aws.amazon.com/bedrock/latest/APIReference/CommonErrors.html.
"""

from passgate.inference.exchange.failure import VendorFailure
from passgate.inference.exchange.reading import as_text_or_none

_MEANINGS = {
    "validationexception": 400,
    "accessdeniedexception": 403,
    "resourcenotfoundexception": 404,
    "modeltimeoutexception": 408,
    "modelerrorexception": 424,
    "modelstreamerrorexception": 424,
    "modelnotreadyexception": 429,
    "throttlingexception": 429,
    "servicequotaexceededexception": 429,
    "internalserverexception": 500,
    "serviceunavailableexception": 503,
}


def read_failure(document: object) -> VendorFailure | None:
    """Read ``{"message": ...}``; None where the body is an answer."""
    if not isinstance(document, dict) or "output" in document:
        return None
    message = as_text_or_none(document.get("message")) or as_text_or_none(document.get("Message"))
    return None if message is None else VendorFailure(message)


def stream_failure(kind: str, document: object) -> VendorFailure:
    """An error inside a stream, by its kind."""
    told = read_failure(document)
    message = told.message if told is not None else f"The vendor reported {kind}."
    return VendorFailure(message, _MEANINGS.get(kind.lower(), 500))
