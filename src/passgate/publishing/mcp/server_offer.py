"""An MCP server's tools as people see them, and as workers take them."""

from passgate.contracts.offered_tools import Tool, ToolBody
from passgate.contracts.published_service import PublishedRoute
from passgate.publishing.mcp.models import McpServer, ServerTool
from passgate.publishing.mcp.schemas import OfferView, ServerView, ToolForm, ToolState, ToolView
from passgate.publishing.mcp.servers import tools_of_server
from passgate.publishing.models import Service
from passgate.storage.work import Work

_NEVER_ASKED = "The server was not asked for its tools yet."
_NONE = "The server has no tools that can be offered."


def server_offer(work: Work, service: Service) -> OfferView:
    """What could be offered of a server, and what is."""
    server = work.session.get(McpServer, service.id)
    tools = [_view(row) for row in tools_of_server(work, service.id)]
    reason = ""
    if not tools:
        reason = _NEVER_ASKED if server is None else server.failure or _NONE
    return OfferView(
        path=f"/mcp{service.base_path}" if service.base_path and not service.hosts else None,
        tools=tools,
        reason=reason,
        unknown=[],
        server=ServerView.model_validate(server, from_attributes=True) if server is not None else None,
    )


def route_of_tool(row: ServerTool) -> PublishedRoute:
    """The route at which the gate takes calls of the tool."""
    return PublishedRoute(id=row.route, methods=("POST",), path=_path(row))


def tool_of_server(row: ServerTool) -> Tool:
    """The tool as it was allowed."""
    form = ToolForm.model_validate(row.pinned)
    return Tool(
        route_id=row.route,
        name=row.route,
        title=form.title[:200],
        description=form.description or row.name,
        input_schema=form.input_schema,
        output_schema=form.output_schema,
        annotations=form.annotations,
        method="POST",
        path=_path(row),
        body=ToolBody(form="whole", media_type="application/json", required=True),
        server_name=row.name,
    )


def _path(row: ServerTool) -> str:
    return f"/tools/{row.route}"


def _view(row: ServerTool) -> ToolView:
    state = _state(row)
    now = ToolForm.model_validate(row.seen or row.pinned)
    return ToolView(
        route=row.route,
        name=row.name,
        **now.model_dump(),
        method="POST",
        path=_path(row),
        offered=state == "offered",
        state=state,
        digest=row.seen_digest,
        allowed=ToolForm.model_validate(row.pinned) if state == "changed" else None,
    )


def _state(row: ServerTool) -> ToolState:
    if row.pinned is None:
        return "new"
    if row.seen is None:
        return "gone"
    return "offered" if row.seen_digest == row.pinned_digest else "changed"
