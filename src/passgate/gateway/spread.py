"""How far the newest snapshot has come: on how many nodes it is in force, and on which it is not."""

import time
from collections.abc import Callable

from pydantic import BaseModel, Field

from passgate.gateway import repository
from passgate.gateway.models import NodeRow
from passgate.gateway.service import SILENT_AFTER
from passgate.kernel.actor import Actor
from passgate.kernel.permissions import Permission
from passgate.storage.work import Storage, Work

LONGEST_WAIT_SECONDS = 5.0
_PAUSE_SECONDS = 0.02


class MissingNode(BaseModel):
    """A node on which it is not in force."""

    node: str
    reason: str
    """Envoy's own words where it refused; else that the node has not answered yet."""


class Spread(BaseModel):
    """A snapshot on the nodes; one that has long been silent serves nobody that we know of, and is not counted."""

    snapshot: int = Field(description="The snapshot's version.")
    nodes: int = Field(description="Nodes that report.")
    live: int = Field(description="Nodes on which it is in force.")
    complete: bool = Field(description="Whether it is on every one of them.")
    missing: list[MissingNode]


def spread_of(actor: Actor, work: Work, snapshot: int | None = None) -> Spread:
    """How far that snapshot, or the newest, has come.

    Raises:
        ForbiddenError: without the permission service:read anywhere.
    """
    actor.require_somewhere(Permission.SERVICE_READ)
    wanted = repository.latest_version(work) if snapshot is None else snapshot
    now = work.clock.now()
    nodes = [node for node in repository.all_nodes(work) if now - node.last_seen_at <= SILENT_AFTER]
    missing = [node for node in nodes if node.snapshot_version < wanted]
    return Spread(
        snapshot=wanted,
        nodes=len(nodes),
        live=len(nodes) - len(missing),
        complete=bool(nodes) and not missing,
        missing=[MissingNode(node=node.name, reason=_reason(node, wanted)) for node in missing],
    )


def await_spread(
    actor: Actor,
    storage: Storage,
    seconds: float = LONGEST_WAIT_SECONDS,
    pause: Callable[[float], None] = time.sleep,
) -> Spread:
    """How far the snapshot that is newest now has come, once it is everywhere, refused, or the time is over."""
    snapshot: int | None = None
    for _ in range(max(1, int(seconds / _PAUSE_SECONDS))):
        with storage.reading() as work:
            found = spread_of(actor, work, snapshot)
        snapshot = found.snapshot
        waiting = [node for node in found.missing if node.reason == _NOT_YET]
        if not waiting:
            break
        pause(_PAUSE_SECONDS)
    return found


_NOT_YET = "The node has not acknowledged it yet."


def _reason(node: NodeRow, wanted: int) -> str:
    if node.rejected_version is not None and node.rejected_version >= wanted:
        return f"Envoy refused it: {node.rejection or 'it said not why'}"
    return _NOT_YET
