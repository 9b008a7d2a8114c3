"""Asks an MCP server for its tools (MCP 2025-06-18, "Lifecycle" and "Listing Tools"): bounded, and in a session."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from importlib.metadata import version
from typing import Any

from passgate.kernel import json_rpc
from passgate.kernel.errors import InvalidInputError
from passgate.kernel.fetching import Fetching, FetchRefusedError, FetchReply, FetchRequest
from passgate.kernel.json_rpc import ServerAnswerError
from passgate.publishing.mcp.server_tools import MOST_TOOLS, SeenServer, read_tools

_MOST_PAGES = 50
_SECONDS = 10.0
_MOST_BYTES = 4 * 1024 * 1024


class ServerNotListedError(InvalidInputError):
    """A server that gave no tools."""

    code = "mcp_server_not_listed"


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """Where a server is asked."""

    url: str
    credentials: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Headers that it wants, in clear."""
    host_header: str | None = None
    ca_pem: str | None = None
    server_name: str | None = None


def list_tools(address: ServerAddress, *, private_addresses: bool) -> SeenServer:
    """The server's tools.

    Args:
        address: where it is.
        private_addresses: whether it may be in a private network.

    Raises:
        ServerNotListedError: it cannot be asked, refuses, or does not speak the protocol; says why.
    """
    fetching = Fetching(private_addresses, seconds=_SECONDS, most_bytes=_MOST_BYTES)
    try:
        session = _Session(address, fetching)
        server = session.begin()
        tools = session.tools()
        session.end()
    except (FetchRefusedError, ServerAnswerError) as error:
        raise ServerNotListedError(error.message) from None
    return read_tools(server, tools)


class _Session:
    """One conversation with a server."""

    def __init__(self, address: ServerAddress, fetching: Fetching) -> None:
        host = {"host": address.host_header} if address.host_header else {}
        self._headers = {
            "accept": json_rpc.ACCEPTED,
            "content-type": "application/json",
            "user-agent": "passgate",
            **host,
            **address.credentials,
        }
        self._request = FetchRequest(
            address.url, "POST", self._headers, ca_pem=address.ca_pem, server_name=address.server_name
        )
        self._fetching = fetching
        self._number = 0

    def begin(self) -> str:
        """Open the session; what the server calls itself."""
        reply, result = self._call(json_rpc.initialize(1, version("passgate")))
        self._headers[json_rpc.VERSION_HEADER] = json_rpc.spoken_version(result)
        if session := reply.headers.get(json_rpc.SESSION_HEADER):
            self._headers[json_rpc.SESSION_HEADER] = session
        self._send(json_rpc.notification("notifications/initialized"), number=0)
        about = result.get("serverInfo")
        return str(about.get("title") or about.get("name") or "") if isinstance(about, dict) else ""

    def tools(self) -> list[Any]:
        """All pages of the list."""
        found: list[Any] = []
        cursor: object = None
        for _ in range(_MOST_PAGES):
            params = {"cursor": cursor} if cursor is not None else {}
            _, result = self._call(json_rpc.request(self._number + 1, "tools/list", params))
            page = result.get("tools")
            if not isinstance(page, list):
                raise ServerAnswerError("The server's list of tools is none.")
            found += page
            cursor = result.get("nextCursor")
            if not isinstance(cursor, str) or len(found) > MOST_TOOLS:
                return found
        raise ServerAnswerError(f"The server's list of tools has more than {_MOST_PAGES} pages.")

    def end(self) -> None:
        """Close the session where there is one; a server may refuse that (405), and what it listed holds anyway."""
        if json_rpc.SESSION_HEADER in self._headers:
            with suppress(FetchRefusedError):
                self._fetching.ask(replace(self._request, method="DELETE"))

    def _call(self, message: bytes) -> tuple[FetchReply, dict[str, Any]]:
        self._number += 1
        reply = self._send(message, number=self._number)
        return reply, json_rpc.result_in(reply.headers.get("content-type", ""), reply.body, self._number)

    def _send(self, message: bytes, *, number: int) -> FetchReply:
        sought = json_rpc.SoughtAnswer(number)
        reply = self._fetching.ask(replace(self._request, body=message, enough=sought.has_come))
        if not HTTPStatus.OK <= reply.status < HTTPStatus.MULTIPLE_CHOICES:
            raise ServerAnswerError(f"The server answered with status {reply.status}{_wanted(reply)}.")
        return reply


def _wanted(reply: FetchReply) -> str:
    if reply.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return ": it wants a credential, or another one"
    return ""
