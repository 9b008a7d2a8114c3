"""The scope catalogue, and the roles that applications bear in their tokens."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from passgate.api.dependencies import CurrentActor, CurrentEdge, needs
from passgate.identity.role_schemas import ApplicationRolesIn, ScopeChange, ScopeIn
from passgate.identity.service import scopes as service
from passgate.kernel.permissions import Permission

router = APIRouter(prefix="/api/v1", tags=["scopes"])


class ScopeOut(BaseModel):
    """A scope."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    name: str
    description: str
    team_id: str = Field(description="Whose it is; the team's own applications may have it without a grant.")
    service_id: str | None
    audience: str
    granted_to: list[str] = Field(description="Applications of other teams that may have it, by id.")


class Scopes(BaseModel):
    """Scopes by name."""

    items: list[ScopeOut]


class ApplicationRolesOut(BaseModel):
    """The roles that an application's next tokens bear in the claim `roles`."""

    roles: list[str]


@router.get("/scopes", dependencies=[needs(Permission.SCOPE_READ)])
def list_scopes(
    edge: CurrentEdge, actor: CurrentActor, team_id: Annotated[str | None, Query(max_length=40)] = None
) -> Scopes:
    """The scopes of every team, or of one."""
    with edge.storage.reading() as work:
        found = service.list_scopes(actor, work, team_id)
    return Scopes(items=[ScopeOut.model_validate(scope) for scope in found])


@router.post("/scopes", status_code=HTTPStatus.CREATED, dependencies=[needs(Permission.SCOPE_WRITE)])
def create_scope(edge: CurrentEdge, actor: CurrentActor, given: ScopeIn) -> ScopeOut:
    """Put a scope into the catalogue; other teams' applications then need a grant to have it in their tokens."""
    with edge.storage.writing() as work:
        return ScopeOut.model_validate(service.create_scope(actor, work, given))


@router.patch("/scopes/{scope_id}", dependencies=[needs(Permission.SCOPE_WRITE)])
def update_scope(edge: CurrentEdge, actor: CurrentActor, scope_id: str, change: ScopeChange) -> ScopeOut:
    """Change what a scope is for."""
    with edge.storage.writing() as work:
        return ScopeOut.model_validate(service.update_scope(actor, work, scope_id, change))


@router.delete("/scopes/{scope_id}", status_code=HTTPStatus.NO_CONTENT, dependencies=[needs(Permission.SCOPE_WRITE)])
def delete_scope(edge: CurrentEdge, actor: CurrentActor, scope_id: str) -> None:
    """Take a scope out of the catalogue."""
    with edge.storage.writing() as work:
        service.delete_scope(actor, work, scope_id)


@router.put(
    "/scopes/{scope_id}/applications/{application_id}",
    status_code=HTTPStatus.NO_CONTENT,
    dependencies=[needs(Permission.SCOPE_WRITE)],
)
def grant_scope(edge: CurrentEdge, actor: CurrentActor, scope_id: str, application_id: str) -> None:
    """Let an application have the scope in its next tokens."""
    with edge.storage.writing() as work:
        service.grant_scope(actor, work, scope_id, application_id)


@router.delete(
    "/scopes/{scope_id}/applications/{application_id}",
    status_code=HTTPStatus.NO_CONTENT,
    dependencies=[needs(Permission.SCOPE_WRITE)],
)
def revoke_scope(edge: CurrentEdge, actor: CurrentActor, scope_id: str, application_id: str) -> None:
    """Take the scope from an application; tokens that bear it keep it until they expire or are revoked."""
    with edge.storage.writing() as work:
        service.revoke_scope(actor, work, scope_id, application_id)


@router.get("/applications/{application_id}/roles", dependencies=[needs(Permission.APPLICATION_READ)])
def get_application_roles(edge: CurrentEdge, actor: CurrentActor, application_id: str) -> ApplicationRolesOut:
    """The roles that an application's next tokens bear."""
    with edge.storage.reading() as work:
        return ApplicationRolesOut(roles=service.list_application_roles(actor, work, application_id))


@router.put("/applications/{application_id}/roles", dependencies=[needs(Permission.ROLE_WRITE)])
def set_application_roles(
    edge: CurrentEdge, actor: CurrentActor, application_id: str, given: ApplicationRolesIn
) -> ApplicationRolesOut:
    """Give an application these roles and no others; needs role:write over everything."""
    with edge.storage.writing() as work:
        return ApplicationRolesOut(roles=service.set_application_roles(actor, work, application_id, given.roles))
