"""Answers calls of MCP servers' tools: the arguments are the body, the server's result is the answer."""

import asyncio
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import orjson

from passgate.contracts.described_revision import ROUTE_HEADER
from passgate.contracts.offered_tools import SERVER_TOOL_HEADER
from passgate.contracts.verified_claims import CLAIMS_HEADER, FOREIGN_CLAIMS_HEADER
from passgate.inference.tools.offers import offered_tool
from passgate.inference.worker.answering import send_json
from passgate.inference.worker.caller import read_caller
from passgate.inference.worker.incoming import Incoming
from passgate.inference.worker.live_state import LiveState
from passgate.inference.worker.refusals import RouteNotFoundError
from passgate.inference.worker.request_body import ClientGoneError, read_body
from passgate.inference.worker.server_sessions import ServerSessions, SessionKey
from passgate.kernel.errors import InvalidInputError

_MOST_BYTES = 4 * 1024 * 1024
_LARGE = 16 * 1024
_PATIENCE_SECONDS = 3.0
"""Envoy has a new tool before the workers do: the agent waits for its acknowledgement in between."""
_LOOK_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class ServerToolHandler:
    """Calls the servers."""

    state: LiveState
    sessions: ServerSessions

    async def answer(self, incoming: Incoming) -> None:
        """Answer a call.

        Raises:
            RouteNotFoundError: the tool is not offered.
            InvalidInputError: the body is no JSON object.
            ServerFailedError, ServerTimeoutError, UnavailableError: the server gave no result.
        """
        service_id, _, revision_id = incoming.headers[SERVER_TOOL_HEADER].partition("/")
        caller = self._caller(incoming)
        name = await self._find(service_id, incoming.headers.get(ROUTE_HEADER, ""))
        try:
            arguments = await _arguments(incoming)
        except ClientGoneError:
            return
        call = asyncio.ensure_future(self.sessions.call(SessionKey(revision_id, caller), name, arguments))
        incoming.on_gone(lambda: _cancel(call))
        try:
            result = await call
        except asyncio.CancelledError:
            own = asyncio.current_task()
            if own is not None and own.cancelling():
                call.cancel()
                raise
            return  # the client has gone
        await send_json(incoming.send, HTTPStatus.OK, result, incoming.own_headers())

    def _caller(self, incoming: Incoming) -> tuple[str, str]:
        headers = incoming.headers
        if CLAIMS_HEADER not in headers and FOREIGN_CLAIMS_HEADER not in headers:
            return "", ""  # open to all: the gate has asked for what the service asks for
        caller = read_caller(headers, self.state.issuers)
        self.state.refuse_revoked(caller.token)
        return caller.application_id, caller.token.subject

    async def _find(self, service_id: str, route_id: str) -> str:
        """What the server calls the tool."""
        loop = asyncio.get_running_loop()
        limit = loop.time() + _PATIENCE_SECONDS
        while True:
            tool = offered_tool(self.state.table.tools, service_id, route_id)
            if tool is not None and tool.server_name is not None:
                return tool.server_name
            if not route_id or loop.time() > limit:
                raise RouteNotFoundError("The service offers no such tool.")
            await asyncio.sleep(_LOOK_SECONDS)


def _cancel(call: asyncio.Future[dict[str, Any]]) -> None:
    call.cancel()


async def _arguments(incoming: Incoming) -> dict[str, object]:
    body = await read_body(incoming.receive, incoming.headers, _MOST_BYTES)
    try:
        found = await asyncio.to_thread(orjson.loads, body) if len(body) > _LARGE else orjson.loads(body or b"{}")
    except ValueError:
        raise InvalidInputError("The body is no JSON.") from None
    if not isinstance(found, dict):
        raise InvalidInputError("The tool's arguments are a JSON object.")
    return found
