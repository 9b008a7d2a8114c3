"""Operations of services that are offered as MCP tools, as workers need them."""

from typing import Any, Literal

from pydantic import Field

from passgate.contracts.frozen import Contract
from passgate.contracts.service_policy import Access

SERVER_TOOL_HEADER = "x-passgate-server-tool"
"""``<service>/<revision>``: whose MCP server a worker shall call; the gate cuts off a client's own."""
SERVER_HEADER = "x-passgate-server"
"""Opens the way to the servers, from workers alone; see :data:`SERVER_PATH`."""
SERVER_PATH = "/_passgate/servers"
"""``/<revision>``: at the gate's inner socket, the way to the MCP server of a revision."""

ArgumentPlace = Literal["path", "query", "header"]
BodyForm = Literal["json", "form", "text", "whole"]
"""How the body is made: of one argument, or, ``whole``, of all of them as a JSON object."""


class ToolArgument(Contract):
    """An argument that becomes a parameter of the call."""

    name: str
    """In the tool's schema."""
    parameter: str
    place: ArgumentPlace
    style: str = "form"
    """Of OpenAPI's Parameter Object, or ``content``: written as JSON."""
    explode: bool = True
    required: bool = False


class ToolBody(Contract):
    """The argument that becomes the body."""

    name: str = ""
    """In the tool's schema; empty where all arguments are the body."""
    form: BodyForm
    media_type: str
    required: bool = False


class Tool(Contract):
    """One operation."""

    route_id: str
    name: str
    """Within its service."""
    title: str = ""
    description: str = ""
    input_schema: dict[str, Any]
    method: str
    path: str
    """Below the service's base path, with ``{variables}``."""
    arguments: tuple[ToolArgument, ...] = ()
    body: ToolBody | None = None
    server_name: str | None = None
    """What the MCP server behind the service calls it; None: it is an operation of a REST service or a prompt."""
    output_schema: dict[str, Any] | None = None
    """Of what a server answers as structured content."""
    annotations: dict[str, bool] = Field(default_factory=dict)
    """The server's hints."""


class ToolAccess(Contract):
    """Whom the gate would let make a tool's call, as far as it can be said beforehand."""

    who: Access = "subscription"
    scopes: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()


class OfferedTools(Contract):
    """A service that is offered as MCP tools."""

    service_id: str
    name: str
    prefix: str
    """Stands before the names of its tools where those of all services are listed."""
    base_path: str
    host: str | None = None
    """At which it is called; None: any."""
    packed: str
    """JSON list of :class:`Tool`; see :func:`passgate.contracts.described_revision.packed`."""
    access: dict[str, ToolAccess] = Field(default_factory=dict)
    """By route."""
    subscribers: tuple[str, ...] = ()
    """Ids of applications."""
