"""The format ``openai-embeddings`` (``POST /v1/embeddings``)."""

from typing import Any

from passgate.inference.exchange.ports import Format
from passgate.inference.inbound.field_checks import check_model
from passgate.inference.inbound.openai_errors import error_body, stream_error
from passgate.inference.translation import InvalidRequestError


def check(document: dict[str, Any]) -> None:
    """Refuse a request without a model or without an input of a known kind."""
    check_model(document)
    given = document.get("input")
    if given is None:
        raise InvalidRequestError("The field 'input' is missing.", code="missing_field", field="input")
    if not isinstance(given, str | list) or not given:
        message = "The field 'input' must be a non-empty string or a non-empty list of strings or tokens."
        raise InvalidRequestError(message, field="input")


FORMAT = Format("openai-embeddings", check, error_body, stream_error)
