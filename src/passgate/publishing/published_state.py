"""Publishing's part of the published state, in the contracts' words and in an order that never changes."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast

from pydantic import TypeAdapter

from passgate.contracts.gateway_snapshot import GatewaySubscription, PlanRate, WithheldState, WithheldSubscription
from passgate.contracts.inference_config import PlanModels
from passgate.contracts.prompt import PublishedPrompt
from passgate.contracts.published_service import (
    PublishedRevision,
    PublishedService,
    PublishedVersion,
    ServiceKind,
    VersionSelection,
    VersionStatus,
)
from passgate.kernel.clock import epoch_seconds
from passgate.publishing import repository, version_repository
from passgate.publishing.certificates.service import published_certificates
from passgate.publishing.definition import RevisionDefinition
from passgate.publishing.mcp.models import ServerTool
from passgate.publishing.mcp.server_offer import route_of_tool
from passgate.publishing.mcp.servers import SERVER_KIND, offered_by_server
from passgate.publishing.models import ServiceRevision, ServiceVersion
from passgate.publishing.revision_rows import definition_of
from passgate.publishing.secrets import resolved_pools, sealed_values
from passgate.publishing.service_policies import policies_of
from passgate.publishing.subscriptions.repository import (
    closed_subscriptions,
    live_subscriptions,
    models_of_plans,
    plan_rates,
)
from passgate.storage.work import Work

_SUBSCRIPTIONS = TypeAdapter(tuple[GatewaySubscription, ...])
_MOST_WITHHELD = 2_000
"""So many take 0.7 MB of Envoy, however many have ended over the years; of the others it says that there is none."""


def published_services(work: Work) -> tuple[PublishedService, ...]:
    """Every service that is published, and what is retired, which tells callers where to go."""
    versions = version_repository.published_versions(work)
    live = version_repository.all_live_revisions(work)
    definitions = {row.id: definition_of(row) for rows in live.values() for row in rows}
    sealed = sealed_values(work, definitions.values())
    rows = repository.published_rows(work)
    certificates = published_certificates(work)
    of_servers = offered_by_server(work, [row.id for row in rows if row.kind == SERVER_KIND])
    return tuple(
        PublishedService(
            id=row.id,
            name=row.name,
            team_id=row.team_id,
            kind=cast("ServiceKind", row.kind),
            base_path=row.base_path,
            hosts=tuple(row.hosts),
            strip_base_path=row.strip_base_path,
            selection=cast("VersionSelection", row.selection),
            default_version=row.default_version,
            policies=policies_of(row.policies),
            cache_epoch=row.cache_epoch,
            certificates=certificates.get(row.id, ()),
            versions=tuple(
                _version(
                    version,
                    [_revision(one, definitions[one.id], sealed, of_servers.get(row.id)) for one in live[version.id]],
                )
                for version in versions[row.id]
            ),
        )
        for row in rows
    )


def published_prompts(work: Work) -> tuple[PublishedPrompt, ...]:
    """Every published revision of a prompt."""
    rows = version_repository.live_prompts(work)
    found = ((row, definition_of(row).prompt) for row in rows)
    return tuple(
        PublishedPrompt(
            service_id=row.service_id,
            version_id=row.version_id,
            revision_id=row.id,
            team_id=row.team_id,
            definition=prompt.without_tests(),
        )
        for row, prompt in found
        if prompt is not None
    )


def active_subscriptions(work: Work) -> tuple[GatewaySubscription, ...]:
    """Every active subscription of an active application to a published service, with what its plan allows."""
    rates = {plan_id: _rates(given) for plan_id, given in plan_rates(work)}
    return _SUBSCRIPTIONS.validate_python(  # twenty thousand of them: the quickest way to make so many
        [
            {"service_id": service, "application_id": application, "rates": rates.get(plan, ()) if plan else ()}
            for service, application, plan in live_subscriptions(work)
        ]
    )


def withheld_subscriptions(work: Work, in_force: Iterable[GatewaySubscription]) -> tuple[WithheldSubscription, ...]:
    """The last word on every application and service that had to do with each other, less what is in force.

    Args:
        work: to read with.
        in_force: as :func:`active_subscriptions` gives them.
    """
    told = {(one.service_id, one.application_id) for one in in_force}
    found: dict[tuple[str, str], WithheldSubscription] = {}
    for service, application, status in closed_subscriptions(work, _MOST_WITHHELD):
        pair = (service, application)
        if pair not in told and pair not in found:
            state = cast("WithheldState", status)
            found[pair] = WithheldSubscription(service_id=service, application_id=application, state=state)
    return tuple(found[pair] for pair in sorted(found))


def plan_models(work: Work) -> tuple[PlanModels, ...]:
    """Every active subscription whose plan bounds the models."""
    bounds = models_of_plans(work)
    if not bounds:
        return ()
    return tuple(
        PlanModels(service_id=row.service_id, application_id=row.application_id, models=tuple(bounds[row.plan_id]))
        for row in live_subscriptions(work)
        if row.plan_id is not None and row.plan_id in bounds
    )


def _version(row: ServiceVersion, revisions: list[PublishedRevision]) -> PublishedVersion:
    return PublishedVersion(
        id=row.id,
        name=row.name,
        hosts=tuple(row.hosts),
        status=cast("VersionStatus", row.status),
        deprecated_at=_seconds(row.deprecated_at),
        sunset_at=_seconds(row.sunset_at),
        successor=row.successor,
        revisions=() if row.status == "retired" else tuple(revisions),
    )


def _revision(
    row: ServiceRevision, definition: RevisionDefinition, sealed: dict[str, str], tools: list[ServerTool] | None
) -> PublishedRevision:
    """A revision; that of an MCP server takes calls of the tools that are allowed, and of no others."""
    return PublishedRevision.model_construct(  # of a definition that was checked when it was read
        id=row.id,
        number=row.number,
        weight=row.weight or 0,
        routes=definition.routes if tools is None else tuple(route_of_tool(tool) for tool in tools),
        pools=resolved_pools(definition.pools, sealed),
        mock=definition.mock,
        mirror_pool=definition.mirror_pool,
        policies=definition.policies,
    )


def _seconds(moment: datetime | None) -> int | None:
    return epoch_seconds(moment) if moment is not None else None


def _rates(given: list[dict[str, Any]]) -> tuple[PlanRate, ...]:
    return tuple(PlanRate.model_validate(rate) for rate in given)
