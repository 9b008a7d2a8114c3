"""Errors of prompt services: problem+json (RFC 9457)."""

from http import HTTPStatus
from typing import Any

import orjson

from passgate.inference.exchange.failure import Failure
from passgate.inference.exchange.reading import as_object, as_text, as_text_or_none
from passgate.inference.prompts.errors import PromptInputError
from passgate.inference.sse import sse_event

MEDIA_TYPE = "application/problem+json"
_BAD_GATEWAY = 502


def error_body(failure: Failure) -> bytes:
    """``{"type", "title", "status", "detail", "code", "field", "request_id"}``, as the management API words its own."""
    return orjson.dumps(_problem(failure))


def stream_error(failure: Failure) -> bytes:
    """The same as the last event of a stream."""
    return sse_event(error_body(failure), "error")


def problem_of(status: int | None, document: object, request_id: str) -> tuple[int, dict[str, Any]]:
    """The problem that an error body in OpenAI's format tells of.

    Args:
        status: of the answer; None inside a stream.
        document: the error's body.
        request_id: of the call.
    """
    error = as_object(as_object(document).get("error"))
    status = status or _BAD_GATEWAY
    code, message = as_text(error.get("code")) or "vendor_error", as_text(error.get("message"))
    field = as_text_or_none(error.get("param")) if code == PromptInputError.code else None  # others name the chat's
    failure = Failure(status, code, message or "The vendor gave no answer.", field, request_id)
    return status, _problem(failure)


def _problem(failure: Failure) -> dict[str, Any]:
    problem = {
        "type": "about:blank",
        "title": _title(failure.status),
        "status": failure.status,
        "detail": failure.message,
        "code": failure.code,
        "field": failure.param,
        "request_id": failure.request_id,
    }
    return {name: value for name, value in problem.items() if value is not None}


def _title(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"
