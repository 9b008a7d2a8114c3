"""A client's request about to be written anew."""

from typing import Any

from passgate.inference.json_text import read_exact
from passgate.inference.translation import InvalidRequestError, ParsedRequest


def exact_document(parsed: ParsedRequest) -> dict[str, Any]:
    """The request with every digit of its integers.

    Raises:
        InvalidRequestError: it is nested too deeply, or holds a number too long, to be written anew.
    """
    try:
        document: dict[str, Any] = read_exact(parsed.raw)
    except ValueError as error:
        raise InvalidRequestError(f"The body cannot be translated: {error}.", code="invalid_json") from error
    return document
