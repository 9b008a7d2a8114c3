"""The format ``anthropic-messages`` (``POST /v1/messages``)."""

from typing import Any

from passgate.inference.exchange.ports import ChatFormat, Format
from passgate.inference.inbound.anthropic_errors import error_body, stream_error
from passgate.inference.inbound.anthropic_messages.reply import write_reply
from passgate.inference.inbound.anthropic_messages.request import read_request
from passgate.inference.inbound.anthropic_messages.stream import MessageEncoder
from passgate.inference.inbound.field_checks import check_messages, check_model, check_stream
from passgate.inference.translation import InvalidRequestError


def check(document: dict[str, Any]) -> None:
    """Refuse a request without model, messages or a limit of the answer."""
    check_model(document)
    check_messages(document)
    check_stream(document)
    limit = document.get("max_tokens")
    if limit is None:
        raise InvalidRequestError("The field 'max_tokens' is missing.", code="missing_field", field="max_tokens")
    if not isinstance(limit, int) or isinstance(limit, bool) or limit < 1:
        raise InvalidRequestError("The field 'max_tokens' must be a positive integer.", field="max_tokens")


FORMAT = Format(
    "anthropic-messages", check, error_body, stream_error, ChatFormat(read_request, write_reply, MessageEncoder)
)
