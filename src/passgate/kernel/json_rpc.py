"""Messages to servers that speak MCP, and their answers (JSON-RPC 2.0; MCP 2025-06-18, "Streamable HTTP")."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from passgate.kernel.errors import PassgateError

SPOKEN = ("2025-06-18", "2025-03-26", "2025-11-25")
"""Revisions of MCP that a server may answer with; the first is asked for."""
SESSION_HEADER = "mcp-session-id"
VERSION_HEADER = "mcp-protocol-version"
_ENDS = (b"\n\n", b"\r\n\r\n", b"\r\r")
ACCEPTED = "application/json, text/event-stream"


class ServerAnswerError(PassgateError):
    """A server's answer that is none of the protocol's, or its own refusal."""

    code = "mcp_server_failed"


def request(number: int, method: str, params: Mapping[str, Any] | None = None) -> bytes:
    """A request."""
    return _message({"id": number, "method": method, "params": params or {}})


def notification(method: str) -> bytes:
    """A message that wants no answer."""
    return _message({"method": method})


def initialize(number: int, version: str) -> bytes:
    """The request that every session begins with; we offer a server nothing that it could ask us for.

    Args:
        number: its id.
        version: of the client.
    """
    client = {"name": "passgate", "title": "Passgate", "version": version}
    return request(number, "initialize", {"protocolVersion": SPOKEN[0], "capabilities": {}, "clientInfo": client})


def spoken_version(result: Mapping[str, Any]) -> str:
    """The revision that the server chose.

    Raises:
        ServerAnswerError: one that is not spoken here.
    """
    version = result.get("protocolVersion")
    if not isinstance(version, str) or version not in SPOKEN:
        raise ServerAnswerError(f"The server speaks MCP {str(version)[:40]!r}; spoken here: {', '.join(SPOKEN)}.")
    return version


def answer_in(content_type: str, body: bytes, number: int) -> dict[str, Any] | None:
    """The answer to a request, in what has come so far of a body; None: it is not there (yet).

    Args:
        content_type: of the body: JSON, or an event stream in which other messages may come first.
        body: as far as it has come.
        number: the request's id.
    """
    plain = content_type.partition(";")[0].strip().lower()
    for text in _data_of_events(body) if plain == "text/event-stream" else (body,):
        try:
            message = json.loads(text)
        except (ValueError, RecursionError):
            continue
        if isinstance(message, dict) and message.get("id") == number and ("result" in message or "error" in message):
            return message
    return None


def result_in(content_type: str, body: bytes, number: int) -> dict[str, Any]:
    """The result of a request.

    Raises:
        ServerAnswerError: there is none in it, or an error in its place; with the server's words.
    """
    message = answer_in(content_type, body, number)
    if message is None:
        raise ServerAnswerError("The server's answer holds no answer of JSON-RPC.")
    error = message.get("error")
    if error is not None:
        words = error.get("message") if isinstance(error, dict) else None
        raise ServerAnswerError(f"The server refuses: {str(words or 'without a word')[:500]}")
    result = message["result"]
    if not isinstance(result, dict):
        raise ServerAnswerError("The server's result is no object.")
    return result


class SoughtAnswer:
    """Tells from the growing body of an event stream when the answer has come, since servers may keep it open."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._from = 0

    def has_come(self, content_type: str, body: bytes | bytearray) -> bool:
        """Whether it is there; each event is looked at once."""
        if "event-stream" not in content_type or not body.endswith(_ENDS):
            return False
        part, self._from = bytes(body[self._from :]), len(body)
        return answer_in(content_type, part, self._number) is not None


def _data_of_events(body: bytes) -> Iterator[bytes]:
    """The data of each whole event (WHATWG HTML, section 9.2.6)."""
    lines = body.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    for event in lines.split(b"\n\n")[:-1]:
        data = [line[5:].removeprefix(b" ") for line in event.split(b"\n") if line.startswith(b"data:")]
        if data:
            yield b"\n".join(data)


def _message(content: dict[str, Any]) -> bytes:
    return json.dumps({"jsonrpc": "2.0", **content}, separators=(",", ":")).encode()
