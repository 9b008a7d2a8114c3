"""MCP servers behind services: asking for their tools, and which of them are allowed."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, select

from passgate.kernel.actor import Actor
from passgate.kernel.errors import InvalidInputError, NotFoundError
from passgate.kernel.permissions import Permission
from passgate.publishing import version_repository
from passgate.publishing.errors import WrongStatusError
from passgate.publishing.mcp.models import McpServer, ServerTool
from passgate.publishing.mcp.server_listing import ServerAddress
from passgate.publishing.mcp.server_tools import SeenServer, digest_of_tool, free_route
from passgate.publishing.models import Service
from passgate.publishing.notices.service import tell
from passgate.publishing.revision_rows import definition_of
from passgate.publishing.secrets import resolved_pools, sealed_values
from passgate.publishing.service.services import own_service
from passgate.publishing.service_view import main_revision, shown_version
from passgate.publishing.upstream_url import url_of
from passgate.storage.work import Work

SERVER_KIND = "mcp"
_NAMED = 10
"""Tools that a notice names."""


def server_address(actor: Actor, work: Work, service_id: str) -> ServerAddress:
    """Where the service's server is asked for its tools.

    Raises:
        NotFoundError: no such service, or one of a team that the actor has no part in.
        ForbiddenError: without the permission service:publish.
        InvalidInputError: the service has no MCP server.
        WrongStatusError: it has no upstream yet.
    """
    row = own_service(actor, work, service_id, Permission.SERVICE_PUBLISH)
    require_server(row)
    version = shown_version(row, version_repository.versions_of(work, row.id))
    newest = version_repository.newest_of_services(work, [row.id]).get(version.id) if version else None
    revision = main_revision(version_repository.live_revisions(work, version.id), newest) if version else None
    definition = definition_of(revision) if revision is not None else None
    if definition is None or not definition.pools:
        raise WrongStatusError(f"{row.name} has no upstream yet.")
    (pool, *_) = resolved_pools(definition.pools, sealed_values(work, [definition]))
    return ServerAddress(
        url=url_of(pool),
        credentials={one.header: work.vault.open(one.sealed_value) for one in pool.credentials},
        host_header=pool.host_header,
        ca_pem=pool.tls.ca_pem if pool.tls else None,
        server_name=pool.tls.server_name if pool.tls else None,
    )


def keep_tools(actor: Actor, work: Work, service_id: str, seen: SeenServer) -> None:
    """Note what the server has. What was allowed and is another now is offered no more, and the team is told.

    Raises:
        NotFoundError, ForbiddenError, InvalidInputError: as :func:`server_address`.
    """
    service = own_service(actor, work, service_id, Permission.SERVICE_PUBLISH)
    require_server(service)
    rows = {row.name: row for row in tools_of_server(work, service_id)}
    routes = {row.route for row in rows.values()}
    changed = []
    for tool in seen.tools:
        row = rows.pop(tool.name, None)
        if row is None:
            row = ServerTool(id=work.ids.new("mtool"), service_id=service.id, team_id=service.team_id, name=tool.name)
            row.route = free_route(tool.name, routes)
            work.session.add(row)
        elif row.pinned is not None and tool.digest not in {row.pinned_digest, row.seen_digest}:
            changed.append(tool.name)
        if row.seen_digest != tool.digest:
            row.seen, row.seen_digest = tool.definition, tool.digest
    for name, row in rows.items():
        if row.pinned is None:
            work.session.delete(row)
        elif row.seen is not None:
            row.seen = row.seen_digest = None
            changed.append(name)
    _note(work, service, seen=seen, failure="")
    if changed:
        tell(work, service.team_id, "mcp.tools_changed", service.id, _changed(service, changed), service.id)
    work.session.flush()


def keep_failure(actor: Actor, work: Work, service_id: str, failure: str) -> None:
    """Note that the server gave no tools; what was allowed stays so. Raises as :func:`keep_tools`."""
    service = own_service(actor, work, service_id, Permission.SERVICE_PUBLISH)
    _note(work, service, seen=None, failure=failure)
    work.session.flush()


def allow_tool(actor: Actor, work: Work, service_id: str, route: str, digest: str | None) -> None:
    """Offer a tool in the form that it has now, or no more.

    Args:
        actor: who allows it.
        work: to write with.
        service_id: of the service.
        route: what the gate calls the tool.
        digest: of the form that was looked at; None: it is offered no more.

    Raises:
        NotFoundError: no such service or tool.
        ForbiddenError: without the permission service:publish.
        WrongStatusError: the server does not have it any more, or it is another than the one that was looked at.
    """
    service = own_service(actor, work, service_id, Permission.SERVICE_PUBLISH)
    require_server(service)
    query = select(ServerTool).where(ServerTool.service_id == service_id, ServerTool.route == route)
    row = work.session.scalar(query)
    if row is None:
        raise NotFoundError("The server has no such tool.")
    if digest is None:
        row.pinned = row.pinned_digest = row.allowed_at = row.allowed_by = None
    else:
        if row.seen is None:
            raise WrongStatusError(f"The server has no tool {row.name} any more.")
        if row.seen_digest != digest:
            raise WrongStatusError(f"{row.name} is another now than when you looked at it: look again.", field="digest")
        row.pinned, row.pinned_digest = row.seen, row.seen_digest
        row.allowed_at, row.allowed_by = work.clock.now(), actor.id
    work.session.flush()


def allow_forms(actor: Actor, work: Work, service_id: str, forms: Mapping[str, dict[str, Any]]) -> None:
    """Allow exactly these tools in these forms, whether the server was seen to have them or not.

    Each is offered as long as the server gives the tool in that very form.

    Args:
        actor: who allows them.
        work: to write with.
        service_id: of the service.
        forms: by the names that the server gives them.

    Raises:
        NotFoundError: no such service.
        ForbiddenError: without the permission service:publish.
        InvalidInputError: the service has no MCP server.
    """
    service = own_service(actor, work, service_id, Permission.SERVICE_PUBLISH)
    require_server(service)
    rows = {row.name: row for row in tools_of_server(work, service_id)}
    routes = {row.route for row in rows.values()}
    for name, row in rows.items():
        if name not in forms and row.seen is None:
            work.session.delete(row)
        elif name not in forms:
            row.pinned = row.pinned_digest = row.allowed_at = row.allowed_by = None
    for name, form in forms.items():
        tool = rows.get(name)
        if tool is None:
            tool = ServerTool(id=work.ids.new("mtool"), service_id=service.id, team_id=service.team_id, name=name)
            tool.route = free_route(name, routes)
            work.session.add(tool)
        digest = digest_of_tool(form)
        if tool.pinned_digest != digest:
            tool.pinned, tool.pinned_digest = form, digest
            tool.allowed_at, tool.allowed_by = work.clock.now(), actor.id
    work.session.flush()


def tools_of_server(work: Work, service_id: str) -> list[ServerTool]:
    """All that are known, by name."""
    query = select(ServerTool).where(ServerTool.service_id == service_id).order_by(ServerTool.name)
    return list(work.session.scalars(query))


def offered_by_server(work: Work, service_ids: Iterable[str]) -> dict[str, list[ServerTool]]:
    """The tools that are allowed and still what they were then, by service and name."""
    found: dict[str, list[ServerTool]] = {service_id: [] for service_id in service_ids}
    if not found:
        return found
    query = (
        select(ServerTool)
        .where(ServerTool.pinned_digest.is_not(None), ServerTool.pinned_digest == ServerTool.seen_digest)
        .order_by(ServerTool.name)
    )
    for row in work.session.scalars(query):
        if row.service_id in found:
            found[row.service_id].append(row)
    return found


def servers_to_ask(work: Work, before: datetime) -> list[str]:
    """Ids of published services whose server was asked last before that moment, or never, though tools are allowed."""
    allowed = select(ServerTool.id).where(ServerTool.service_id == Service.id, ServerTool.pinned_digest.is_not(None))
    query = (
        select(Service.id)
        .outerjoin(McpServer, McpServer.service_id == Service.id)
        .where(Service.status == "published", Service.kind == SERVER_KIND)
        .where(or_(McpServer.asked_at < before, and_(McpServer.asked_at.is_(None), allowed.exists())))
        .order_by(McpServer.asked_at)
    )
    return list(work.session.scalars(query.limit(100)))


def require_server(service: Service) -> None:
    """Refuse what only a service with an MCP server has.

    Raises:
        InvalidInputError: it is of another kind.
    """
    if service.kind != SERVER_KIND:
        raise InvalidInputError("Only a service of kind mcp has an MCP server.", field="service_id")


def _note(work: Work, service: Service, *, seen: SeenServer | None, failure: str) -> None:
    now = work.clock.now()
    row = work.session.get(McpServer, service.id)
    if row is None:
        row = McpServer(service_id=service.id, team_id=service.team_id, name="", left_out=[])
        work.session.add(row)
    row.asked_at, row.failure = now, failure
    if seen is not None:
        row.answered_at, row.name, row.left_out = now, seen.name, list(seen.left_out)


def _changed(service: Service, names: list[str]) -> str:
    shown = ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
    return (
        f"Tools of {service.name} are no longer what was allowed: {shown}. "
        "They are not offered until somebody looks at them and allows them anew."
    )
