"""What the nodes' workers find out about a provider: keys that rest, deployments that are left alone."""

from pydantic import ValidationError

from passgate.catalog.service.providers import readable_provider
from passgate.contracts.routing import Resting, WorkerHealth
from passgate.gateway import repository
from passgate.gateway.models import NodeRow
from passgate.gateway.schemas import ProviderHealth, RestingView
from passgate.gateway.service import SILENT_AFTER
from passgate.kernel.actor import Actor
from passgate.kernel.clock import epoch_seconds
from passgate.storage.work import Work


def provider_health(actor: Actor, work: Work, provider_id: str) -> ProviderHealth:
    """What the workers of all reporting nodes leave alone of a provider; a trouble that is over is not told.

    Raises:
        NotFoundError: no such provider, or one of a team that the actor has no part in.
        ForbiddenError: without the permission provider:read.
    """
    row = readable_provider(actor, work, provider_id)
    now = work.clock.now()
    nodes = [node for node in repository.all_nodes(work) if now - node.last_seen_at <= SILENT_AFTER]
    keys: list[RestingView] = []
    deployments: list[RestingView] = []
    for node in nodes:
        for health in _healths(node):
            keys += _views(node, health.keys, row.id, epoch_seconds(now))
            deployments += _views(node, health.deployments, row.id, 0)
    return ProviderHealth(
        nodes=len(nodes), workers=sum(len(node.routing) for node in nodes), keys=keys, deployments=deployments
    )


def limit_peaks(work: Work) -> list[tuple[str, int, int]]:
    """How full limits on calls, tokens and places were, by the workers of all reporting nodes: limit, hour, per cent.

    For the node's own upkeep, so no actor is asked for.
    """
    now = work.clock.now()
    peaks: dict[tuple[str, int], int] = {}
    for node in repository.all_nodes(work):
        if now - node.last_seen_at > SILENT_AFTER:
            continue
        for health in _healths(node):
            for peak in health.peaks:
                key = (peak.limit_id, peak.hour)
                peaks[key] = max(peaks.get(key, 0), peak.percent)
    return [(limit_id, hour, percent) for (limit_id, hour), percent in sorted(peaks.items())]


def _healths(node: NodeRow) -> list[WorkerHealth]:
    healths = []
    for document in node.routing:
        try:
            healths.append(WorkerHealth.model_validate(document))
        except ValidationError:
            continue  # a node of another version
    return healths


def _views(node: NodeRow, restings: tuple[Resting, ...], provider_id: str, now: int) -> list[RestingView]:
    return [
        RestingView(node=node.name, id=one.id, code=one.code, until=one.until, deployment_id=one.deployment_id)
        for one in restings
        if one.provider_id == provider_id and one.until > now
    ]
