"""Services as MCP tools."""

from typing import Annotated

from fastapi import APIRouter, Body

from passgate.api.dependencies import CurrentActor, CurrentEdge, needs
from passgate.kernel.permissions import Permission
from passgate.publishing.mcp import service
from passgate.publishing.mcp.schemas import OfferIn, OfferView

router = APIRouter(prefix="/api/v1/services/{service_id}/mcp", tags=["services"])


@router.get("", dependencies=[needs(Permission.SERVICE_READ)])
def get_offer(edge: CurrentEdge, actor: CurrentActor, service_id: str) -> OfferView:
    """The operations that could be offered as MCP tools, and which are."""
    with edge.storage.reading() as work:
        return service.get_offer(actor, work, service_id)


@router.put("", dependencies=[needs(Permission.SERVICE_PUBLISH)])
def set_offer(
    edge: CurrentEdge,
    actor: CurrentActor,
    service_id: str,
    given: Annotated[OfferIn, Body(examples=[{"routes": ["get_orders"]}])],
) -> OfferView:
    """Offer these operations as MCP tools and no others; at once, where the service is published."""
    with edge.storage.writing() as work:
        return service.set_offer(actor, work, service_id, given)
