"""The format ``anthropic-count-tokens`` (``POST /v1/messages/count_tokens``)."""

from collections.abc import Mapping
from typing import Any

from passgate.inference.exchange.ports import Addressed, CountFormat, Format
from passgate.inference.inbound.anthropic_errors import error_body, stream_error
from passgate.inference.inbound.anthropic_messages.request import read_request
from passgate.inference.inbound.field_checks import check_messages, check_model
from passgate.inference.json_text import write_json


def check(document: dict[str, Any]) -> None:
    """Refuse a request without model or messages; the answer's limit has no part in a count."""
    check_model(document)
    check_messages(document)


def write_count(count: int) -> bytes:
    """Write the answer."""
    return write_json({"input_tokens": count})


def addressed(document: dict[str, Any], headers: Mapping[str, str]) -> Addressed:
    """The model; a count is never streamed, whatever else the request says."""
    del headers
    return Addressed(document["model"], stream=False)


FORMAT = Format(
    "anthropic-count-tokens",
    check,
    error_body,
    stream_error,
    counting=CountFormat(read_request, write_count),
    addressed=addressed,
)
