"""The format ``gemini-count-tokens`` (``countTokens``)."""

from typing import Any

from passgate.inference.exchange.chat_request import ChatRequest
from passgate.inference.exchange.ports import CountFormat, Format
from passgate.inference.inbound.gemini.errors import error_body, stream_error
from passgate.inference.inbound.gemini.format import addressed
from passgate.inference.inbound.gemini.format import check as check_contents
from passgate.inference.inbound.gemini.proto_fields import camel
from passgate.inference.inbound.gemini.request import read_request
from passgate.inference.json_text import write_json


def _request(document: dict[str, Any]) -> dict[str, Any]:
    """The request whose prompt is counted: one within this, or the few members that stand here."""
    plain = {camel(name): value for name, value in document.items()}
    whole = plain.get("generateContentRequest")
    return whole if isinstance(whole, dict) else plain


def check(document: dict[str, Any]) -> None:
    """Refuse a request without contents."""
    check_contents(_request(document))


def decode(document: dict[str, Any]) -> ChatRequest:
    """Read the request whose prompt is counted."""
    return read_request(_request(document))


def write_count(count: int) -> bytes:
    """Write the answer."""
    return write_json({"totalTokens": count})


FORMAT = Format(
    "gemini-count-tokens",
    check,
    error_body,
    stream_error,
    counting=CountFormat(decode, write_count),
    addressed=addressed,
)
