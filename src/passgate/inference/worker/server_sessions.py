"""Sessions with the MCP servers behind services (MCP 2025-06-18, "Session Management").

A caller has a session of its own at each server, so that what a server keeps of one is never another's. The way there
is the node's own gate: it holds the addresses, credentials, certificates and bounds of upstreams.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from importlib.metadata import version
from typing import Any

from passgate.contracts.offered_tools import SERVER_HEADER, SERVER_PATH
from passgate.inference.worker.gate_client import GateClient, GateReply, GateRequest
from passgate.kernel import json_rpc
from passgate.kernel.errors import PassgateError, UnavailableError
from passgate.kernel.json_rpc import ServerAnswerError

_SECONDS = 300.0
"""At the longest; services bound their calls themselves, most of them far below."""
_MOST_SESSIONS = 2_000
_FIRST, _CALL = 1, 2
"""Ids of requests."""
_LOST = {HTTPStatus.NOT_FOUND, HTTPStatus.BAD_REQUEST}
"""How servers say that a session is over; the first is the protocol's, the second some servers' own."""


class ServerFailedError(PassgateError):
    """An MCP server that gave no result."""

    status = HTTPStatus.BAD_GATEWAY
    code = "mcp_server_failed"


class ServerTimeoutError(PassgateError):
    """An MCP server that took too long."""

    status = HTTPStatus.GATEWAY_TIMEOUT
    code = "mcp_server_timeout"


@dataclass(frozen=True, slots=True)
class SessionKey:
    """Whose session it is, and with which server."""

    revision_id: str
    caller: tuple[str, str]
    """Application and subject; empty for those who call without a token."""


@dataclass(frozen=True, slots=True)
class _Session:
    headers: Mapping[str, str]


class ServerSessions:
    """Calls tools, in sessions that are opened when they are needed."""

    def __init__(self, gate: GateClient) -> None:
        self._gate = gate
        self._open: OrderedDict[SessionKey, _Session] = OrderedDict()

    async def call(self, key: SessionKey, tool: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The result of a tool.

        Raises:
            ServerFailedError: the server refuses, or answers what is none of the protocol's.
            ServerTimeoutError: it took too long.
            UnavailableError: it cannot be reached.
        """
        message = json_rpc.request(_CALL, "tools/call", {"name": tool, "arguments": arguments})
        try:
            async with asyncio.timeout(_SECONDS):
                kept = self._open.get(key)
                session = kept or await self._begin(key)
                reply = await self._send(key, session, message, _CALL)
                if kept is not None and reply.status in _LOST:
                    self._open.pop(key, None)
                    session = await self._begin(key)
                    reply = await self._send(key, session, message, _CALL)
                _require_success(reply)
                result = json_rpc.result_in(reply.content_type, reply.body, _CALL)
        except TimeoutError:
            raise ServerTimeoutError(f"The server gave no answer within {_SECONDS:.0f} seconds.") from None
        except ServerAnswerError as error:
            raise ServerFailedError(error.message) from None
        if not isinstance(result.get("content"), list):
            raise ServerFailedError("The server's result has no content.")
        return result

    async def _begin(self, key: SessionKey) -> _Session:
        reply = await self._send(key, _Session({}), json_rpc.initialize(_FIRST, version("passgate")), _FIRST)
        _require_success(reply)
        spoken = json_rpc.spoken_version(json_rpc.result_in(reply.content_type, reply.body, _FIRST))
        named = {json_rpc.SESSION_HEADER: reply.session} if reply.session else {}
        session = _Session({json_rpc.VERSION_HEADER: spoken, **named})
        _require_success(await self._send(key, session, json_rpc.notification("notifications/initialized"), 0))
        self._open[key] = session
        self._open.move_to_end(key)
        while len(self._open) > _MOST_SESSIONS:
            self._open.popitem(last=False)
        return session

    async def _send(self, key: SessionKey, session: _Session, message: bytes, number: int) -> GateReply:
        headers = {
            "accept": json_rpc.ACCEPTED,
            "content-type": "application/json",
            SERVER_HEADER: "1",
            **session.headers,
        }
        request = GateRequest("POST", "localhost", f"{SERVER_PATH}/{key.revision_id}", headers, message)
        return await self._gate.call(request, json_rpc.SoughtAnswer(number).has_come)


def _require_success(reply: GateReply) -> None:
    """Refuse an answer without a result.

    Raises:
        ServerFailedError, ServerTimeoutError, UnavailableError: by its status; a server's own words are not told.
    """
    status = reply.status
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        raise ServerFailedError("The server does not take the gate's credential.", code="mcp_server_auth_failed")
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        raise UnavailableError("The server cannot be reached.", code="mcp_server_unreachable")
    if status == HTTPStatus.GATEWAY_TIMEOUT:
        raise ServerTimeoutError("The server did not answer in time.")
    raise ServerFailedError(f"The server answered with status {status}.")
