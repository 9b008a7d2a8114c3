"""Nodes: what each has in force."""

from fastapi import APIRouter

from passgate.api.dependencies import CurrentActor, CurrentEdge, needs
from passgate.gateway.schemas import NodeView
from passgate.gateway.service import list_nodes
from passgate.kernel.permissions import Permission

router = APIRouter(prefix="/api/v1/nodes", tags=["nodes"])


@router.get("", summary="List nodes", dependencies=[needs(Permission.NODE_READ)])
def list_all_nodes(actor: CurrentActor, edge: CurrentEdge) -> list[NodeView]:
    """Every node with the snapshot and the revocations that it enforces, and Envoy's words where it refused one."""
    with edge.storage.reading() as work:
        return list_nodes(actor, work)
