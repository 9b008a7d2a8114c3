"""Errors as Cohere tells them (https://docs.cohere.com/reference/errors)."""

from passgate.inference.exchange.failure import VendorFailure
from passgate.inference.exchange.reading import as_text_or_none


def read_failure(document: object) -> VendorFailure | None:
    """Read ``{"id": ..., "message": "..."}``; an answer's ``message`` is an object."""
    if not isinstance(document, dict):
        return None
    message = as_text_or_none(document.get("message")) or as_text_or_none(document.get("error"))
    return None if message is None else VendorFailure(message)
