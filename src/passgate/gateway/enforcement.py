"""How far a revocation is in force: on how many nodes, and how soon."""

import time
from collections.abc import Callable

from pydantic import BaseModel, Field

from passgate.gateway import repository
from passgate.gateway.models import NodeRow
from passgate.gateway.service import SILENT_AFTER
from passgate.identity.service.revocation import latest_seq, revoked_at
from passgate.kernel.actor import Actor
from passgate.kernel.errors import NotFoundError
from passgate.kernel.permissions import Permission
from passgate.storage.work import Storage, Work

LONGEST_WAIT_SECONDS = 5.0
_PAUSE_SECONDS = 0.02


class Enforcement(BaseModel):
    """A revocation on the nodes; one that has long been silent serves nobody that we know of, and is not counted."""

    seq: int
    nodes: int = Field(description="Nodes that report.")
    enforced: int = Field(description="Nodes that refuse what was revoked.")
    complete: bool = Field(description="Whether every one of them does.")
    milliseconds: int | None = Field(
        default=None,
        description="From the revocation to its enforcement on the last node; null while that is not so. "
        "An upper bound where a later revocation has been enforced since.",
    )


def enforcement_of(actor: Actor, work: Work, seq: int) -> Enforcement:
    """How far the entry of that number, and all before it, are in force.

    Raises:
        ForbiddenError: without the permission token:revoke anywhere.
        NotFoundError: there was no such entry yet.
    """
    actor.require_somewhere(Permission.TOKEN_REVOKE)
    if seq > latest_seq(work):
        raise NotFoundError("There is no such revocation.")
    now = work.clock.now()
    nodes = [node for node in repository.all_nodes(work) if now - node.last_seen_at <= SILENT_AFTER]
    there = [node for node in nodes if node.revocation_seq >= seq]
    complete = bool(nodes) and len(there) == len(nodes)
    return Enforcement(
        seq=seq,
        nodes=len(nodes),
        enforced=len(there),
        complete=complete,
        milliseconds=_milliseconds(work, seq, there) if complete else None,
    )


def await_enforcement(
    actor: Actor,
    storage: Storage,
    seq: int,
    seconds: float = LONGEST_WAIT_SECONDS,
    pause: Callable[[float], None] = time.sleep,
) -> Enforcement:
    """The same, once it is in force everywhere, or when the time is over."""
    looks = max(1, int(seconds / _PAUSE_SECONDS))
    for _ in range(looks):
        with storage.reading() as work:
            found = enforcement_of(actor, work, seq)
        if found.complete or found.nodes == 0:
            break
        pause(_PAUSE_SECONDS)
    return found


def _milliseconds(work: Work, seq: int, nodes: list[NodeRow]) -> int | None:
    since = revoked_at(work, seq)
    if since is None:
        return None
    moments = [node.revocation_at for node in nodes if node.revocation_at is not None and node.revocation_at >= since]
    return int((max(moments) - since).total_seconds() * 1000) if moments else None
