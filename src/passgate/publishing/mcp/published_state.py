"""The tools that are offered, for the workers."""

from collections import defaultdict
from collections.abc import Callable, Iterable

import orjson

from passgate.contracts.described_revision import packed
from passgate.contracts.gateway_snapshot import GatewaySubscription
from passgate.contracts.offered_tools import OfferedTools, Tool, ToolAccess
from passgate.contracts.published_service import PublishedRevision, PublishedService, PublishedVersion
from passgate.contracts.service_policy import AccessPolicy
from passgate.publishing import repository, version_repository
from passgate.publishing.mcp.server_offer import tool_of_server
from passgate.publishing.mcp.servers import SERVER_KIND, offered_by_server
from passgate.publishing.mcp.service import tools_in
from passgate.publishing.mcp.tools import tool_name
from passgate.publishing.models import Service, ServiceRevision
from passgate.publishing.openapi.repository import texts_of
from passgate.publishing.revision_rows import definition_of
from passgate.storage.work import Work

AccessAt = Callable[[PublishedService, PublishedRevision, str], AccessPolicy]


def offered_tools(
    work: Work,
    services: Iterable[PublishedService],
    subscriptions: Iterable[GatewaySubscription],
    access_at: AccessAt,
) -> tuple[OfferedTools, ...]:
    """Every published service of which something is offered, by id.

    Args:
        work: to read with.
        services: as published.
        subscriptions: in force.
        access_at: who may call a route.
    """
    published = repository.published_rows(work)
    servers = offered_by_server(work, [row.id for row in published if row.kind == SERVER_KIND])
    rows = {row.id: row for row in published if row.mcp_tools or servers.get(row.id)}
    if not rows:
        return ()
    subscribers = defaultdict[str, list[str]](list)
    for one in subscriptions:
        if one.service_id in rows:
            subscribers[one.service_id].append(one.application_id)
    revisions = {one.id: one for found in version_repository.all_live_revisions(work).values() for one in found}
    offers = []
    for service in services:
        main = _main(service) if service.id in rows else None
        if main is None:
            continue
        if service.id in servers:
            tools = [tool_of_server(row) for row in servers[service.id]]
        else:
            tools = _offered(work, rows[service.id], revisions[main.id])
        if tools:
            access = {tool.route_id: _access(access_at(service, main, tool.route_id)) for tool in tools}
            offers.append(_offer(service, tools, access, tuple(sorted(subscribers[service.id]))))
    return tuple(offers)


def _main(service: PublishedService) -> PublishedRevision | None:
    """The revision that callers get who name no version."""
    named: list[PublishedVersion] = [one for one in service.versions if one.name == service.default_version]
    revisions = named[0].revisions if named else ()
    return max(revisions, key=lambda one: (one.weight, one.number), default=None)


def _offered(work: Work, row: Service, revision: ServiceRevision) -> list[Tool]:
    definition = definition_of(revision)
    texts = texts_of(work, [definition.document]) if definition.document else {}
    found = tools_in(row.name, row.description, definition, texts.get(definition.document or ""))
    return [tool for tool in found if tool.route_id in row.mcp_tools]


def _offer(
    service: PublishedService, tools: list[Tool], access: dict[str, ToolAccess], subscribers: tuple[str, ...]
) -> OfferedTools:
    return OfferedTools(
        service_id=service.id,
        name=service.name,
        prefix=tool_name(service.base_path.strip("/") or service.name.lower()),
        base_path=service.base_path,
        host=service.hosts[0] if service.hosts else None,
        packed=packed(orjson.dumps([tool.model_dump(mode="json") for tool in tools])),
        access=access,
        subscribers=subscribers,
    )


def _access(policy: AccessPolicy) -> ToolAccess:
    return ToolAccess(who=policy.who, scopes=policy.scopes, roles=policy.roles)
