"""Services as MCP tools."""

from typing import Annotated

from fastapi import APIRouter, Body

from passgate.api.dependencies import CurrentActor, CurrentEdge, needs
from passgate.kernel.permissions import Permission
from passgate.publishing.mcp import service
from passgate.publishing.mcp.refreshing import refresh_tools
from passgate.publishing.mcp.schemas import OfferIn, OfferView, ToolAllowance

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


@router.put("/tools/{route}", dependencies=[needs(Permission.SERVICE_PUBLISH)])
def set_tool(
    edge: CurrentEdge,
    actor: CurrentActor,
    service_id: str,
    route: str,
    given: Annotated[ToolAllowance, Body(examples=[{"offered": True}])],
) -> OfferView:
    """Offer one tool, or take it back; at once, where the service is published.

    An MCP server's tool is offered in the form that the digest names, and in no other.
    """
    with edge.storage.writing() as work:
        return service.set_tool(actor, work, service_id, route, given)


@router.post("/refresh", dependencies=[needs(Permission.SERVICE_PUBLISH)])
def refresh_offer(edge: CurrentEdge, actor: CurrentActor, service_id: str) -> OfferView:
    """Ask the service's MCP server for its tools, which may take some seconds.

    A tool that was allowed and has another form now is no longer offered; its state is `changed`.
    """
    refresh_tools(edge.storage, actor, service_id, private_addresses=edge.fetch_private_addresses)
    with edge.storage.reading() as work:
        return service.get_offer(actor, work, service_id)
