"""The answer to a tool's call, as MCP words it (2025-06-18, "Tool Result")."""

import base64
from http import HTTPStatus
from typing import Any

import orjson

_TEXTS = ("text/", "application/json", "application/xml", "application/yaml", "application/x-ndjson")
_ERRORS_FROM = 400


def result_of(status: int, content_type: str, body: bytes, retry_after: str | None = None) -> dict[str, Any]:
    """A result; a refusal or failure is one too, marked as an error, so that a model can read why.

    Args:
        status: of the service's answer, or of the gate's.
        content_type: of the body.
        body: all of it.
        retry_after: seconds, where the answer said so.
    """
    plain = content_type.partition(";")[0].strip().lower()
    failed = status >= _ERRORS_FROM
    content = [_content(plain, body)] if body else []
    if failed or not content:
        told = f"{status} {_phrase(status)}".strip()
        if retry_after:
            told += f", try again in {retry_after} seconds" if retry_after.isdigit() else f", not before {retry_after}"
        content.insert(0, {"type": "text", "text": told})
    result: dict[str, Any] = {"content": content, "isError": failed}
    structured = _object(plain, body)
    if structured is not None and not failed:
        result["structuredContent"] = structured
    return result


def result_of_server(body: bytes) -> dict[str, Any]:
    """What an MCP server answered, as it did; a worker of ours has looked at its form."""
    found: dict[str, Any] = orjson.loads(body)
    return found


def failure(message: str) -> dict[str, Any]:
    """A result that says why there is none."""
    return {"content": [{"type": "text", "text": message}], "isError": True}


def _content(plain: str, body: bytes) -> dict[str, Any]:
    if plain.startswith(("image/", "audio/")):
        return {"type": plain.partition("/")[0], "data": base64.b64encode(body).decode(), "mimeType": plain}
    if not plain or plain.startswith(_TEXTS) or plain.endswith(("+json", "+xml")):
        return {"type": "text", "text": body.decode(errors="replace")}
    blob = {"uri": "passgate:answer", "mimeType": plain, "blob": base64.b64encode(body).decode()}
    return {"type": "resource", "resource": blob}


def _object(plain: str, body: bytes) -> dict[str, Any] | None:
    if plain != "application/json" and not plain.endswith("+json"):
        return None
    try:
        found = orjson.loads(body)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
