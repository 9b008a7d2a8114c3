"""The format ``openai-responses`` (``POST /v1/responses``).

Stored state is off: an answer that a vendor keeps under the gate's own key could be read by whoever knows its id, and
follows no failover. So ``store`` is sent as false where a client says nothing of it, and what needs state is refused.
"""

from typing import Any

from passgate.inference.exchange.failure import Failure
from passgate.inference.exchange.ports import ChatFormat, Format
from passgate.inference.inbound.field_checks import check_model, check_stream
from passgate.inference.inbound.openai_errors import error_body
from passgate.inference.inbound.openai_responses.reply import write_reply
from passgate.inference.inbound.openai_responses.request import read_request
from passgate.inference.inbound.openai_responses.stream import ResponseEncoder
from passgate.inference.json_text import read_json, write_json
from passgate.inference.sse import sse_event
from passgate.inference.translation import InvalidRequestError, UntranslatableError

_STATE = ("previous_response_id", "conversation")


def check(document: dict[str, Any]) -> None:
    """Refuse a request without model or input, and one that needs stored state."""
    check_model(document)
    check_stream(document)
    given = document.get("input")
    if given is None:
        raise InvalidRequestError("The field 'input' is missing.", code="missing_field", field="input")
    if not isinstance(given, str | list) or not given:
        raise InvalidRequestError("The field 'input' must be a string or a list of items, not empty.", field="input")
    if isinstance(given, list):
        _refuse_references(given)
    for name in _STATE:
        if document.get(name) is not None:
            raise _stateless(name, "send the whole talk as 'input'")
    if document.get("store") is True:
        raise _stateless("store", "leave it out or send false")
    if document.get("background") is True:
        raise _stateless("background", "ask for a stream instead")


def _refuse_references(items: list[Any]) -> None:
    """Refuse items that are kept elsewhere; OpenAI's ``ItemReference`` may leave out its type."""
    for index, item in enumerate(items):
        kind = item.get("type") if isinstance(item, dict) else ""
        if kind == "item_reference" or (kind is None and "id" in item and "role" not in item):
            raise _stateless(f"input[{index}].id", "send the item itself, as SDKs do that are told not to store")


def _stateless(name: str, instead: str) -> UntranslatableError:
    return UntranslatableError(f"'{name}' needs stored conversation state, which is off here; {instead}.", field=name)


def stream_error(failure: Failure) -> bytes:
    """An ``error`` event; ``error`` inside it is where the SDKs look for one."""
    told = read_json(error_body(failure))["error"]
    event = {"type": "error", "code": failure.code, "message": failure.message, "param": failure.param, "error": told}
    return sse_event(write_json(event), "error")


FORMAT = Format(
    "openai-responses", check, error_body, stream_error, ChatFormat(read_request, write_reply, ResponseEncoder)
)
