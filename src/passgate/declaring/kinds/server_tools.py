"""The tools of an MCP server that are allowed, as parts of its service's document."""

from collections.abc import Iterable
from typing import Any

from passgate.declaring.desk import Desk
from passgate.declaring.service_document import ToolPart
from passgate.publishing.mcp.servers import allow_forms, tools_of_server

Parts = tuple[ToolPart, ...]


def present_tools(desk: Desk, service_id: str) -> Parts:
    """Those that are allowed, each in the form in which it was."""
    rows = tools_of_server(desk.work, service_id)
    return ordered_tools(ToolPart(name=row.name, **row.pinned) for row in rows if row.pinned is not None)


def settle_tools(desk: Desk, service_id: str, wanted: Parts) -> None:
    """Allow exactly these forms; each is offered while the server gives the tool in it."""
    forms: dict[str, dict[str, Any]] = {part.name: part.model_dump(exclude={"name"}) for part in wanted}
    allow_forms(desk.actor, desk.work, service_id, forms)


def ordered_tools(parts: Iterable[ToolPart]) -> Parts:
    """By their names."""
    return tuple(sorted(parts, key=lambda part: part.name))
