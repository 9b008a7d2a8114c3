"""Applications."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from passgate.api.dependencies import CurrentActor, CurrentEdge, needs
from passgate.api.paging import PageOf, PageQuery, SearchQuery
from passgate.api.routers.revocations import RevokedOut, RevokeRequest
from passgate.identity.schemas import ApplicationChange, ApplicationIn
from passgate.identity.service import applications as service
from passgate.identity.service.token_revocation import revoke_application_tokens
from passgate.kernel.permissions import Permission

router = APIRouter(prefix="/api/v1/applications", tags=["applications"])


class ApplicationOut(BaseModel):
    """An application."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    team_id: str
    name: str
    description: str
    is_active: bool
    models: list[str] | None
    body_log_days: int | None
    created_at: datetime
    created_by: str


@router.get("", dependencies=[needs(Permission.APPLICATION_READ)])
def list_applications(
    edge: CurrentEdge,
    actor: CurrentActor,
    page: PageQuery,
    team_id: Annotated[str | None, Query(max_length=40)] = None,
    search: SearchQuery = None,
) -> PageOf[ApplicationOut]:
    """The applications that you may read."""
    with edge.storage.reading() as work:
        found = service.list_applications(actor, work, page, team_id, search)
    return PageOf[ApplicationOut].of(found, ApplicationOut.model_validate)


@router.post("", status_code=HTTPStatus.CREATED, dependencies=[needs(Permission.APPLICATION_WRITE)])
def create_application(edge: CurrentEdge, actor: CurrentActor, given: ApplicationIn) -> ApplicationOut:
    """Add an application to a team."""
    with edge.storage.writing() as work:
        return ApplicationOut.model_validate(service.create_application(actor, work, given))


@router.get("/{application_id}", dependencies=[needs(Permission.APPLICATION_READ)])
def get_application(edge: CurrentEdge, actor: CurrentActor, application_id: str) -> ApplicationOut:
    """One application."""
    with edge.storage.reading() as work:
        return ApplicationOut.model_validate(service.get_application(actor, work, application_id))


@router.patch("/{application_id}", dependencies=[needs(Permission.APPLICATION_WRITE)])
def update_application(
    edge: CurrentEdge, actor: CurrentActor, application_id: str, change: ApplicationChange
) -> ApplicationOut:
    """Change an application; deactivation revokes all of its tokens."""
    with edge.storage.writing() as work:
        return ApplicationOut.model_validate(service.update_application(actor, work, application_id, change))


@router.delete("/{application_id}", dependencies=[needs(Permission.APPLICATION_WRITE)])
def delete_application(edge: CurrentEdge, actor: CurrentActor, application_id: str) -> RevokedOut:
    """Delete an application and revoke all of its tokens."""
    with edge.storage.writing() as work:
        return RevokedOut.model_validate(service.delete_application(actor, work, application_id))


@router.post("/{application_id}/revoke-tokens", dependencies=[needs(Permission.TOKEN_REVOKE)])
def revoke_tokens_of_application(
    edge: CurrentEdge, actor: CurrentActor, application_id: str, given: RevokeRequest
) -> RevokedOut:
    """Revoke all tokens that an application holds now."""
    with edge.storage.writing() as work:
        return RevokedOut.model_validate(revoke_application_tokens(actor, work, application_id, given.reason))
