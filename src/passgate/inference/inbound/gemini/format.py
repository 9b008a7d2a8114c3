"""The formats ``gemini`` (``generateContent``, ``streamGenerateContent``) and ``gemini-array`` (streams as arrays)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from passgate.inference.exchange.ports import Addressed, ChatFormat, Format, Framing
from passgate.inference.inbound.gemini.array_stream import STREAM_TYPE, ArrayStream
from passgate.inference.inbound.gemini.errors import array_end_error, array_error_body, error_body, stream_error
from passgate.inference.inbound.gemini.path import read_call
from passgate.inference.inbound.gemini.reply import write_reply
from passgate.inference.inbound.gemini.request import read_request
from passgate.inference.inbound.gemini.stream import ResponseEncoder
from passgate.inference.translation import InvalidRequestError

PATH_HEADER = ":path"
"""Under this name the worker hands on the path, which no header of a client's can bear."""


def check(document: dict[str, Any]) -> None:
    """Refuse a request without contents."""
    contents = document.get("contents")
    if contents is None:
        raise InvalidRequestError("The field 'contents' is missing.", code="missing_field", field="contents")
    if not isinstance(contents, list) or not contents:
        raise InvalidRequestError("The field 'contents' must be a non-empty list.", field="contents")


def addressed(document: dict[str, Any], headers: Mapping[str, str]) -> Addressed:
    """The model and the method, from the path.

    Raises:
        InvalidRequestError: the path names no model.
    """
    del document
    call = read_call(headers.get(PATH_HEADER, ""))
    if call is None or not call.model:
        raise InvalidRequestError("The path must name a model, as /v1beta/models/<model>:<method>.", field="model")
    return Addressed(call.model, call.stream)


FORMAT = Format(
    "gemini",
    check,
    error_body,
    stream_error,
    ChatFormat(read_request, write_reply, ResponseEncoder),
    addressed=addressed,
)
ARRAY_FORMAT = replace(
    FORMAT,
    name="gemini-array",
    error=array_error_body,
    stream_error=array_end_error,
    framing=Framing(FORMAT, ArrayStream, STREAM_TYPE),
)
