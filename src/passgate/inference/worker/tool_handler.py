"""Answers agents that speak MCP, over streamable HTTP without sessions (revisions 2025-03-26 and 2025-06-18)."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from importlib.metadata import version
from typing import Any

import orjson

from passgate.contracts.verified_claims import CLAIMS_HEADER
from passgate.inference.tools.offers import ListedTool, ToolCaller, is_offered, listed_tools
from passgate.inference.worker.answering import send_json, send_whole
from passgate.inference.worker.caller import claims_of, read_caller
from passgate.inference.worker.client_request import ClientRequest
from passgate.inference.worker.gate_client import GateClient
from passgate.inference.worker.incoming import Incoming
from passgate.inference.worker.live_state import LiveState
from passgate.inference.worker.refusals import ClaimsMissingError, MethodNotAllowedError
from passgate.inference.worker.request_body import read_body
from passgate.inference.worker.tool_call import ToolCall
from passgate.kernel.errors import PassgateError

PREFIX = "/mcp"
VERSIONS = ("2025-06-18", "2025-03-26")
"""The newest first."""
_VERSION_HEADER = "mcp-protocol-version"
_PARSE_ERROR, _INVALID_REQUEST, _METHOD_NOT_FOUND, _INVALID_PARAMS = -32700, -32600, -32601, -32602
"""JSON-RPC 2.0, section 5.1."""
_REFUSED = -32000
_MOST_BYTES = 4 * 1024 * 1024
_MOST_AT_ONCE = 20
_PAGE = 200
_LARGE = 16 * 1024
_INSTRUCTIONS = (
    "Each tool is an operation of a service behind Passgate, called with your token. "
    "A result marked as an error says why the service or the gate refused."
)


class RpcError(PassgateError):
    """An error of the protocol, in JSON-RPC's words."""

    status = HTTPStatus.OK

    def __init__(self, number: int, message: str, data: object = None) -> None:
        super().__init__(message)
        self.number = number
        self.data = data


@dataclass(frozen=True, slots=True)
class ToolHandler:
    """Lists tools, and calls the gate for them."""

    state: LiveState
    gate: GateClient

    async def answer(self, request: ClientRequest, incoming: Incoming) -> None:
        """Answer a request at ``/mcp`` or below it; what is refused is said as a JSON-RPC error."""
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in request.headers}
        try:
            await self._answer(incoming, headers)
        except MethodNotAllowedError as error:
            own = [*incoming.own_headers(), (b"allow", error.allowed.encode())]
            await send_json(incoming.send, int(error.status), _error(None, _REFUSED, error.message), own)
        except RpcError as error:
            document = _error(None, error.number, error.message, error.data)
            await send_json(incoming.send, HTTPStatus.BAD_REQUEST, document, incoming.own_headers())
        except PassgateError as error:
            document = _error(None, _REFUSED, error.message, {"code": error.code})
            await send_json(incoming.send, int(error.status), document, incoming.own_headers())

    async def _answer(self, incoming: Incoming, headers: Mapping[str, str]) -> None:
        session = self._session(incoming, headers)
        if incoming.method != "POST":
            raise MethodNotAllowedError("POST")
        spoken = headers.get(_VERSION_HEADER)
        if spoken is not None and spoken not in VERSIONS:
            raise RpcError(_INVALID_REQUEST, f"Spoken here: {', '.join(VERSIONS)}.")
        body = await read_body(incoming.receive, incoming.headers, _MOST_BYTES)
        try:
            message = await asyncio.to_thread(orjson.loads, body) if len(body) > _LARGE else orjson.loads(body)
        except ValueError as error:
            raise RpcError(_PARSE_ERROR, "The body is no JSON.") from error
        if isinstance(message, list):
            if spoken == VERSIONS[0] or not 0 < len(message) <= _MOST_AT_ONCE:
                raise RpcError(_INVALID_REQUEST, f"One message at a time; in 2025-03-26, up to {_MOST_AT_ONCE}.")
            answers: list[Any] = [one for each in message if (one := await session.answer(each)) is not None]
            document: Any = answers or None
        else:
            document = await session.answer(message)
        await _send(incoming, headers.get("accept", ""), document)

    def _session(self, incoming: Incoming, headers: Mapping[str, str]) -> "ToolSession":
        caller = read_caller(headers, self.state.issuers)
        self.state.refuse_revoked(caller.token)
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise ClaimsMissingError("The call bears no token.")
        base_path = incoming.path.removeprefix(PREFIX).rstrip("/") or None
        offers = self.state.table.tools
        if base_path is not None and not is_offered(offers, base_path):
            raise NoToolsError(f"No tools are offered at {base_path}.")
        claims = caller.foreign if caller.foreign is not None else claims_of(headers[CLAIMS_HEADER])
        found = listed_tools(offers, base_path, ToolCaller.of(caller.application_id, claims))
        passed = {
            "x-forwarded-for": headers.get("x-forwarded-for", "").rpartition(",")[2].strip(),
            "x-forwarded-proto": headers.get("x-forwarded-proto", ""),
            "user-agent": headers.get("user-agent", ""),
        }
        return ToolSession(found, self.gate, token, {name: value for name, value in passed.items() if value})


class NoToolsError(PassgateError):
    """Nothing is offered at the path."""

    status = HTTPStatus.NOT_FOUND
    code = "no_tools"


@dataclass(frozen=True, slots=True)
class ToolSession:
    """What one request may ask; nothing of it outlives the request."""

    tools: list[ListedTool]
    gate: GateClient
    token: str
    passed: Mapping[str, str]
    """Headers of the caller's that its calls bear, too."""

    async def answer(self, message: Any) -> dict[str, Any] | None:  # noqa: ANN401 - JSON of others
        """The answer to a message; None: it wants none."""
        if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
            return _error(None, _INVALID_REQUEST, "A message is a JSON-RPC 2.0 object.")
        number, method, params = message.get("id"), message.get("method"), message.get("params", {})
        if not isinstance(method, str):
            # An answer to a question of ours, which never asks any.
            return None if "result" in message or "error" in message else _error(None, _INVALID_REQUEST, "No method.")
        if "id" not in message:
            return None
        if isinstance(number, bool) or not isinstance(number, str | int):
            return _error(None, _INVALID_REQUEST, "An id is a text or a whole number.")
        try:
            if not isinstance(params, dict):
                raise RpcError(_INVALID_PARAMS, "Parameters are an object.")  # noqa: TRY301 - said in one place
            return {"jsonrpc": "2.0", "id": number, "result": await self._result(method, params)}
        except RpcError as error:
            return _error(number, error.number, error.message, error.data)

    async def _result(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        if method == "initialize":
            return _initialized(params)
        if method == "ping":
            return {}
        if method == "tools/list":
            return self._list(params.get("cursor"))
        if method == "tools/call":
            return await self._call(params.get("name"), params.get("arguments"))
        raise RpcError(_METHOD_NOT_FOUND, f"There is no method {method}.")

    def _list(self, cursor: object) -> dict[str, Any]:
        start = 0
        if cursor is not None:
            if not (isinstance(cursor, str) and cursor.isascii() and cursor.isdigit() and len(cursor) < 10):  # noqa: PLR2004
                raise RpcError(_INVALID_PARAMS, "The cursor is none of ours.")
            start = int(cursor)
        end = start + _PAGE
        found = {"tools": [_shown(one) for one in self.tools[start:end]]}
        return found | ({"nextCursor": str(end)} if end < len(self.tools) else {})

    async def _call(self, name: object, arguments: object) -> dict[str, Any]:
        tool = next((one for one in self.tools if one.name == name), None)
        if tool is None:
            raise RpcError(_INVALID_PARAMS, f"Unknown tool: {name}")
        if arguments is not None and not isinstance(arguments, dict):
            raise RpcError(_INVALID_PARAMS, "Arguments are an object.")
        return await ToolCall(self.gate, tool, self.token, self.passed).result(arguments or {})


def _initialized(params: dict[str, Any]) -> dict[str, Any]:
    wanted = params.get("protocolVersion")
    return {
        "protocolVersion": wanted if wanted in VERSIONS else VERSIONS[0],
        "capabilities": {"tools": {"listChanged": False}},
        "serverInfo": {"name": "passgate", "title": "Passgate", "version": version("passgate")},
        "instructions": _INSTRUCTIONS,
    }


def _shown(one: ListedTool) -> dict[str, Any]:
    tool = one.tool
    hints = {"readOnlyHint": tool.method in {"GET", "HEAD"}, "destructiveHint": tool.method == "DELETE"}
    if tool.server_name is not None:
        hints = tool.annotations
    output = {"outputSchema": tool.output_schema} if tool.output_schema is not None else {}
    found = {
        "name": one.name,
        "description": tool.description,
        "inputSchema": tool.input_schema,
        "annotations": hints | ({"title": tool.title} if tool.title else {}),
    }
    return found | output | ({"title": tool.title} if tool.title else {})


async def _send(incoming: Incoming, accepted: str, document: Any) -> None:  # noqa: ANN401 - JSON
    """JSON; as one server-sent event to a client that takes nothing else."""
    own = incoming.own_headers()
    if document is None:
        await send_whole(incoming.send, HTTPStatus.ACCEPTED, "application/json", b"", own)
    elif "text/event-stream" in accepted and "json" not in accepted and "*/*" not in accepted:
        event = b"event: message\ndata: " + orjson.dumps(document) + b"\n\n"
        await send_whole(incoming.send, HTTPStatus.OK, "text/event-stream", event, own)
    else:
        await send_json(incoming.send, HTTPStatus.OK, document, own)


def _error(number: object, code: int, message: str, data: object = None) -> dict[str, Any]:
    error = {"code": code, "message": message} | ({"data": data} if data is not None else {})
    return {"jsonrpc": "2.0", "id": number, "error": error}
