"""Versions of services, and their revisions."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Body

from passgate.api.dependencies import CurrentActor, CurrentEdge, needs
from passgate.api.paging import PageOf, PageQuery
from passgate.kernel.permissions import Permission
from passgate.publishing.service import revisions, versions
from passgate.publishing.version_schemas import (
    RevisionChange,
    RevisionDetail,
    RevisionIn,
    RevisionView,
    VersionChange,
    VersionIn,
    VersionView,
)

router = APIRouter(prefix="/api/v1/services/{service_id}", tags=["services"])

_READ = needs(Permission.SERVICE_READ)
_WRITE = needs(Permission.SERVICE_WRITE)
_REVISION = {
    "note": "New upstream",
    "definition": {"pools": [{"endpoints": [{"host": "orders.internal", "port": 9000}]}]},
}


@router.get("/versions", dependencies=[_READ])
def list_versions(edge: CurrentEdge, actor: CurrentActor, service_id: str) -> list[VersionView]:
    """The service's versions, oldest first; of another team's service, without drafts."""
    with edge.storage.reading() as work:
        return versions.list_versions(actor, work, service_id)


@router.post("/versions", status_code=HTTPStatus.CREATED, dependencies=[_WRITE])
def create_version(edge: CurrentEdge, actor: CurrentActor, service_id: str, given: VersionIn) -> VersionView:
    """Add a version, as a draft with one revision."""
    with edge.storage.writing() as work:
        return versions.create_version(actor, work, service_id, given)


@router.get("/versions/{version_id}", dependencies=[_READ])
def get_version(edge: CurrentEdge, actor: CurrentActor, service_id: str, version_id: str) -> VersionView:
    """One version, by its id or name."""
    with edge.storage.reading() as work:
        return versions.get_version(actor, work, service_id, version_id)


@router.patch("/versions/{version_id}", dependencies=[_WRITE])
def update_version(
    edge: CurrentEdge, actor: CurrentActor, service_id: str, version_id: str, change: VersionChange
) -> VersionView:
    """Change a version's hosts or successor."""
    with edge.storage.writing() as work:
        return versions.update_version(actor, work, service_id, version_id, change)


@router.delete("/versions/{version_id}", status_code=HTTPStatus.NO_CONTENT, dependencies=[_WRITE])
def delete_version(edge: CurrentEdge, actor: CurrentActor, service_id: str, version_id: str) -> None:
    """Remove a draft or a retired version, with its revisions."""
    with edge.storage.writing() as work:
        versions.delete_version(actor, work, service_id, version_id)


@router.get("/versions/{version_id}/revisions", dependencies=[_READ])
def list_revisions(
    edge: CurrentEdge, actor: CurrentActor, service_id: str, version_id: str, page: PageQuery
) -> PageOf[RevisionView]:
    """A version's revisions, newest first."""
    with edge.storage.reading() as work:
        found = revisions.list_revisions(actor, work, page, service_id, version_id)
    return PageOf[RevisionView](items=list(found.items), next_cursor=found.next_cursor)


@router.post("/versions/{version_id}/revisions", status_code=HTTPStatus.CREATED, dependencies=[_WRITE])
def create_revision(
    edge: CurrentEdge,
    actor: CurrentActor,
    service_id: str,
    version_id: str,
    given: Annotated[RevisionIn, Body(examples=[_REVISION])],
) -> RevisionDetail:
    """Add a revision, as a draft; without a definition, a copy of the newest."""
    with edge.storage.writing() as work:
        return revisions.create_revision(actor, work, service_id, version_id, given)


@router.get("/revisions/{revision_id}", dependencies=[_READ])
def get_revision(edge: CurrentEdge, actor: CurrentActor, service_id: str, revision_id: str) -> RevisionDetail:
    """One revision with all that it says, less its secrets."""
    with edge.storage.reading() as work:
        return revisions.get_revision(actor, work, service_id, revision_id)


@router.patch("/revisions/{revision_id}", dependencies=[_WRITE])
def update_revision(
    edge: CurrentEdge, actor: CurrentActor, service_id: str, revision_id: str, change: RevisionChange
) -> RevisionDetail:
    """Change a draft; what was submitted or published never changes.

    Give `based_on`, the `digest` that you read, and nothing is lost that somebody else has changed meanwhile (409).
    """
    with edge.storage.writing() as work:
        return revisions.update_revision(actor, work, service_id, revision_id, change)


@router.delete("/revisions/{revision_id}", status_code=HTTPStatus.NO_CONTENT, dependencies=[_WRITE])
def delete_revision(edge: CurrentEdge, actor: CurrentActor, service_id: str, revision_id: str) -> None:
    """Remove a draft, or what was rejected."""
    with edge.storage.writing() as work:
        revisions.delete_revision(actor, work, service_id, revision_id)
