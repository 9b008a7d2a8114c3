"""Offering a service's operations as MCP tools."""

from functools import lru_cache

from passgate.contracts.offered_tools import Tool
from passgate.kernel.actor import Actor
from passgate.kernel.errors import InvalidInputError, NotFoundError
from passgate.kernel.permissions import Permission
from passgate.publishing import version_repository
from passgate.publishing.definition import RevisionDefinition
from passgate.publishing.mcp.schemas import OfferIn, OfferView, ToolAllowance, ToolView
from passgate.publishing.mcp.server_offer import server_offer
from passgate.publishing.mcp.servers import SERVER_KIND, allow_tool
from passgate.publishing.mcp.tools import tool_of_prompt, tools_of
from passgate.publishing.models import Service
from passgate.publishing.openapi.reading import read_document
from passgate.publishing.openapi.repository import find_document
from passgate.publishing.revision_rows import definition_of
from passgate.publishing.service.services import own_service
from passgate.publishing.service_view import main_revision, shown_version
from passgate.storage.work import Work

_NO_DOCUMENT = "Tools are made of an OpenAPI document, and the default version has none: import one and publish it."
_KEPT = 256
_NO_VERSION = "The service has no version yet."


def get_offer(actor: Actor, work: Work, service_id: str) -> OfferView:
    """What could be offered of a service, and what is.

    Raises:
        NotFoundError: no such service, or one of a team that the actor has no part in.
        ForbiddenError: without the permission service:read.
    """
    return offer_of(work, own_service(actor, work, service_id, Permission.SERVICE_READ))


def offer_of(work: Work, row: Service) -> OfferView:
    """The same, for who has authorised already."""
    return server_offer(work, row) if row.kind == SERVER_KIND else _view(work, row)


def set_offer(actor: Actor, work: Work, service_id: str, given: OfferIn) -> OfferView:
    """Offer these operations and no others; at once, where the service is published.

    Raises:
        NotFoundError: no such service, or one of a team that the actor has no part in.
        ForbiddenError: without the permission service:publish.
        InvalidInputError: the default version has no such operation, or none that can be a tool.
    """
    row = own_service(actor, work, service_id, Permission.SERVICE_PUBLISH)
    if row.kind == SERVER_KIND:
        rule = "A server's tools are allowed one by one, each in the form that you looked at: PUT …/mcp/tools/{route}."
        raise InvalidInputError(rule, field="routes")
    tools, reason = _tools(work, row)
    known = {tool.route_id for tool in tools}
    unknown = [route for route in given.routes if route not in known]
    if unknown:
        rule = reason or f"No operation {unknown[0]} of the default version can be a tool."
        raise InvalidInputError(rule, field="routes")
    row.mcp_tools = sorted(set(given.routes))
    work.session.flush()
    return _view(work, row)


def set_tool(actor: Actor, work: Work, service_id: str, route: str, given: ToolAllowance) -> OfferView:
    """Offer one tool, or take it back; at once, where the service is published.

    Raises:
        NotFoundError: no such service or tool, or one of a team that the actor has no part in.
        ForbiddenError: without the permission service:publish.
        InvalidInputError: a server's tool without the digest of its form, or a digest of an operation of ours.
        WrongStatusError: a server's tool that is another now than the one that was looked at, or gone.
    """
    row = own_service(actor, work, service_id, Permission.SERVICE_PUBLISH)
    if row.kind == SERVER_KIND:
        if given.offered and given.digest is None:
            raise InvalidInputError("Say which form of the tool you looked at: its digest.", field="digest")
        allow_tool(actor, work, service_id, route, given.digest)
        return server_offer(work, row)
    if given.digest is not None:
        raise InvalidInputError("Only a tool of an MCP server has a digest.", field="digest")
    tools, _ = _tools(work, row)
    if given.offered and route not in {tool.route_id for tool in tools}:
        raise NotFoundError(f"No operation {route} of the default version can be a tool.")
    row.mcp_tools = sorted({*row.mcp_tools, route} if given.offered else set(row.mcp_tools) - {route})
    work.session.flush()
    return _view(work, row)


def tools_in(service_name: str, description: str, definition: RevisionDefinition, text: str | None) -> tuple[Tool, ...]:
    """All tools that a revision could be offered as.

    Args:
        service_name: names a prompt's tool.
        description: the service's.
        definition: of the revision.
        text: of its document.
    """
    if definition.prompt is not None:
        return (tool_of_prompt(definition.prompt, service_name, description),)
    if text is None:
        return ()
    routes = {route.id for route in definition.routes}
    return tuple(tool for tool in _tools_of_text(text) if not routes or tool.route_id in routes)


@lru_cache(maxsize=_KEPT)
def _tools_of_text(text: str) -> tuple[Tool, ...]:
    """The next snapshot asks for the same documents again."""
    return tools_of(read_document(text))


def _tools(work: Work, row: Service) -> tuple[tuple[Tool, ...], str]:
    version = shown_version(row, version_repository.versions_of(work, row.id))
    if version is None:
        return (), _NO_VERSION
    newest = version_repository.newest_of_services(work, [row.id]).get(version.id)
    revision = main_revision(version_repository.live_revisions(work, version.id), newest)
    definition = definition_of(revision) if revision is not None else RevisionDefinition()
    stored = find_document(work, definition.document) if definition.document else None
    found = tools_in(row.name, row.description, definition, stored.text if stored else None)
    return found, "" if found else _NO_DOCUMENT


def _view(work: Work, row: Service) -> OfferView:
    tools, reason = _tools(work, row)
    offered = set(row.mcp_tools)
    return OfferView(
        path=f"/mcp{row.base_path}" if row.base_path and not row.hosts else None,
        tools=[
            ToolView(
                route=tool.route_id,
                offered=tool.route_id in offered,
                state="offered" if tool.route_id in offered else "new",
                **tool.model_dump(include={"name", "title", "description", "input_schema", "method", "path"}),
            )
            for tool in tools
        ],
        reason=reason,
        unknown=sorted(offered - {tool.route_id for tool in tools}),
    )
