"""Errors as Ollama tells them (https://docs.ollama.com/api/errors)."""

from passgate.inference.exchange.failure import VendorFailure
from passgate.inference.exchange.reading import as_text_or_none


def read_failure(document: object) -> VendorFailure | None:
    """Read ``{"error": "..."}``, also as a line of a stream."""
    if not isinstance(document, dict):
        return None
    message = as_text_or_none(document.get("error"))
    return None if message is None else VendorFailure(message)
