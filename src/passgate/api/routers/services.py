"""REST services behind the gate."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Query

from passgate.api.dependencies import CurrentActor, CurrentEdge, needs
from passgate.api.paging import PageOf, PageQuery, SearchQuery
from passgate.contracts.published_service import ServiceKind
from passgate.kernel.permissions import Permission
from passgate.publishing.schemas import ServiceChange, ServiceFilter, ServiceIn, ServiceStatus, ServiceView
from passgate.publishing.service import lifecycle
from passgate.publishing.service import services as service

router = APIRouter(prefix="/api/v1/services", tags=["services"])

_SERVICE = {
    "team_id": "team_…",
    "name": "Orders",
    "base_path": "/orders",
    "upstream_url": "http://localhost:9000",
    "publish": True,
}


def _listed(
    search: SearchQuery = None,
    status: Annotated[ServiceStatus | None, Query(description="Only those of this status.")] = None,
    tag: Annotated[str | None, Query(description="Only those with this tag.")] = None,
    team_id: Annotated[str | None, Query(description="Only those of this team.")] = None,
    kind: Annotated[ServiceKind | None, Query(description="Only those of this kind.")] = None,
) -> ServiceFilter:
    return ServiceFilter(search=search, status=status, tag=tag, team_id=team_id, kind=kind)


ListedQuery = Annotated[ServiceFilter, Depends(_listed)]


@router.get("", dependencies=[needs(Permission.SERVICE_READ)])
def list_services(
    edge: CurrentEdge,
    actor: CurrentActor,
    page: PageQuery,
    wanted: ListedQuery,
) -> PageOf[ServiceView]:
    """The services of your teams, and the published ones of every team that you may find."""
    with edge.storage.reading() as work:
        found = service.list_services(actor, work, page, wanted)
    return PageOf[ServiceView](items=list(found.items), next_cursor=found.next_cursor)


@router.post("", status_code=HTTPStatus.CREATED, dependencies=[needs(Permission.SERVICE_WRITE)])
def create_service(
    edge: CurrentEdge, actor: CurrentActor, given: Annotated[ServiceIn, Body(examples=[_SERVICE])]
) -> ServiceView:
    """Add a service, as a draft, or published at once."""
    with edge.storage.writing() as work:
        return service.create_service(actor, work, given)


@router.get("/{service_id}", dependencies=[needs(Permission.SERVICE_READ)])
def get_service(edge: CurrentEdge, actor: CurrentActor, service_id: str) -> ServiceView:
    """One service; where it is another team's, without its upstream."""
    with edge.storage.reading() as work:
        return service.get_service(actor, work, service_id)


@router.patch("/{service_id}", dependencies=[needs(Permission.SERVICE_WRITE)])
def update_service(edge: CurrentEdge, actor: CurrentActor, service_id: str, change: ServiceChange) -> ServiceView:
    """Change a service; on a published one it takes effect at once."""
    with edge.storage.writing() as work:
        return service.update_service(actor, work, service_id, change)


@router.post("/{service_id}/publish", dependencies=[needs(Permission.SERVICE_PUBLISH)])
def publish_service(edge: CurrentEdge, actor: CurrentActor, service_id: str) -> ServiceView:
    """Open the route of a draft or of a retired service."""
    with edge.storage.writing() as work:
        return lifecycle.publish_service(actor, work, service_id)


@router.post("/{service_id}/retire", dependencies=[needs(Permission.SERVICE_PUBLISH)])
def retire_service(edge: CurrentEdge, actor: CurrentActor, service_id: str) -> ServiceView:
    """Close the route of a published service at once."""
    with edge.storage.writing() as work:
        return lifecycle.retire_service(actor, work, service_id)


@router.delete("/{service_id}", status_code=HTTPStatus.NO_CONTENT, dependencies=[needs(Permission.SERVICE_WRITE)])
def delete_service(edge: CurrentEdge, actor: CurrentActor, service_id: str) -> None:
    """Remove a draft or a retired service, with its subscriptions."""
    with edge.storage.writing() as work:
        service.delete_service(actor, work, service_id)
