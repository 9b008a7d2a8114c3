"""The JSON object that an event of a vendor's stream holds."""

from typing import Any

from passgate.inference.exchange.ports import VendorGarbageError
from passgate.inference.json_text import Json, read_exact, read_json


def event_object(data: bytes, what: str = "an event") -> dict[str, Any]:
    """The object of an event that is to be written anew: its numbers stay exact.

    Raises:
        VendorGarbageError: it is no object, or no JSON at all.
    """
    try:
        document = read_exact(data)
    except ValueError as error:
        raise VendorGarbageError(f"{what} is not JSON") from error
    return _object(document, what)


def watched_object(data: bytes) -> dict[str, Any]:
    """The object of an event that passes unchanged, and is read for what it tells of the call.

    Raises:
        VendorGarbageError: it is no object, or no JSON at all.
    """
    try:
        document = read_json(data)
    except ValueError as error:
        raise VendorGarbageError("an event is not JSON") from error
    return _object(document, "an event")


def _object(document: Json, what: str) -> dict[str, Any]:
    if not isinstance(document, dict):
        raise VendorGarbageError(f"{what} is not an object")
    return document
