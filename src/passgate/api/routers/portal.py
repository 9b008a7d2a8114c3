"""The portal: services as their callers see them, guests among them."""

from http import HTTPStatus
from importlib.resources import files
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from passgate.api.dependencies import CurrentEdge, Reader, public
from passgate.api.paging import PageOf, PageQuery
from passgate.contracts.published_service import ServiceKind
from passgate.publishing.portal import service
from passgate.publishing.portal.documents import portal_document
from passgate.publishing.portal.schemas import PortalEntry, PortalFacets, PortalService
from passgate.publishing.schemas import ServiceFilter

_GUESTS = public("guests see the services that are public, and no others")
# The console frames this page; scripts come from files of ours only, and calls go to the gate.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; frame-ancestors 'self'"
)

router = APIRouter(prefix="/api/v1/portal", tags=["portal"], dependencies=[_GUESTS])


@router.get("/services")
def list_portal_services(  # noqa: PLR0913, PLR0917 - one a query parameter
    edge: CurrentEdge,
    reader: Reader,
    page: PageQuery,
    search: Annotated[str | None, Query(max_length=100, description="Part of name, base path or a tag.")] = None,
    tag: Annotated[str | None, Query(max_length=40)] = None,
    kind: Annotated[ServiceKind | None, Query()] = None,
    team_id: Annotated[str | None, Query(max_length=40)] = None,
) -> PageOf[PortalEntry]:
    """The published services that are shown to you; to guests, the public ones."""
    wanted = ServiceFilter(search=search, tag=tag, kind=kind, team_id=team_id)
    with edge.storage.reading() as work:
        found = service.catalogue(reader, work, page, wanted)
    return PageOf[PortalEntry](items=list(found.items), next_cursor=found.next_cursor)


@router.get("/facets")
def get_portal_facets(edge: CurrentEdge, reader: Reader) -> PortalFacets:
    """The tags and teams of the services that are shown to you, to narrow the list by."""
    with edge.storage.reading() as work:
        return service.facets(reader, work)


@router.get("/services/{service_id}")
def get_portal_service(edge: CurrentEdge, reader: Reader, service_id: str) -> PortalService:
    """A service as its callers see it, with its versions and plans."""
    with edge.storage.reading() as work:
        return service.portal_service(reader, work, service_id)


@router.get("/services/{service_id}/openapi.json")
def get_portal_document(
    edge: CurrentEdge,
    reader: Reader,
    service_id: str,
    version: Annotated[str | None, Query(max_length=40, description="Null: the default version.")] = None,
) -> dict[str, Any]:
    """The OpenAPI document of a version, with the gate as its server."""
    with edge.storage.reading() as work:
        return portal_document(reader, work, service_id, version)


@router.get("/services/{service_id}/docs", include_in_schema=False, status_code=HTTPStatus.OK)
def portal_docs(edge: CurrentEdge, reader: Reader, service_id: str) -> HTMLResponse:
    """A page to read the document on, and to try calls out."""
    with edge.storage.reading() as work:
        service.shown_service(reader, work, service_id)
    page = files("passgate.api").joinpath("static/service-docs.html").read_text()
    return HTMLResponse(page, headers={"content-security-policy": _POLICY})
