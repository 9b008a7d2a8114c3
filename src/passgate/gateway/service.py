"""What actors may ask of the gateway."""

from datetime import timedelta

from passgate.gateway import repository
from passgate.gateway.models import NodeRow
from passgate.gateway.schemas import NodeView
from passgate.identity.service.revocation import latest_seq
from passgate.kernel.actor import Actor
from passgate.kernel.permissions import Permission
from passgate.storage.work import Work

SILENT_AFTER = timedelta(seconds=15)
"""A node that has not reported for this long counts as silent; it reports every two seconds."""
FORGOTTEN_AFTER = timedelta(days=7)
"""A node that has not reported for this long is not coming back under its name; until then it is shown as silent."""


def list_nodes(actor: Actor, work: Work) -> list[NodeView]:
    """Every node with what it has in force.

    Raises:
        ForbiddenError: without the permission node:read.
    """
    actor.require(Permission.NODE_READ)
    version, seq = repository.latest_version(work), latest_seq(work)
    return [_view(work, row, version, seq) for row in repository.all_nodes(work)]


def visible_nodes(actor: Actor, work: Work) -> list[NodeView]:
    """The nodes, for those who may see them; none for the others."""
    return list_nodes(actor, work) if actor.may(Permission.NODE_READ) else []


def serving_nodes(work: Work) -> int:
    """How many nodes report, one at least; for the nodes' own use, so no actor is asked for."""
    now = work.clock.now()
    return max(1, sum(now - row.last_seen_at <= SILENT_AFTER for row in repository.all_nodes(work)))


def forget_nodes(work: Work) -> None:
    """Forget nodes that are gone for good, such as pods of a smaller set; upkeep, so no actor is asked for."""
    repository.drop_nodes_before(work, work.clock.now() - FORGOTTEN_AFTER)


def rejections(work: Work) -> list[tuple[str, int, str]]:
    """Nodes whose Envoy refuses a newer snapshot than they have in force: name, version, Envoy's words."""
    return [
        (row.name, row.rejected_version, row.rejection or "")
        for row in repository.all_nodes(work)
        if row.rejected_version is not None and row.rejected_version > row.snapshot_version
    ]


def _view(work: Work, row: NodeRow, version: int, seq: int) -> NodeView:
    rejected = row.rejected_version is not None and row.rejected_version > row.snapshot_version
    if work.clock.now() - row.last_seen_at > SILENT_AFTER:
        state = "silent"
    elif rejected:
        state = "rejected"
    elif row.snapshot_version < version or row.revocation_seq < seq:
        state = "behind"
    else:
        state = "up to date"
    return NodeView(
        name=row.name,
        state=state,
        started_at=row.started_at,
        last_seen_at=row.last_seen_at,
        snapshot_version=row.snapshot_version,
        latest_version=version,
        snapshot_at=row.snapshot_at,
        revocation_seq=row.revocation_seq,
        latest_revocation_seq=seq,
        revocation_at=row.revocation_at,
        rejected_version=row.rejected_version if rejected else None,
        rejection=row.rejection if rejected else None,
    )
