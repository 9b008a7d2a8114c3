"""Roles: the built-in ones, and those that an organisation makes for itself."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from passgate.api.dependencies import CurrentActor, CurrentEdge, needs
from passgate.identity.role_schemas import CustomRoleChange, CustomRoleIn
from passgate.identity.service import roles as service
from passgate.kernel.permissions import Permission

router = APIRouter(prefix="/api/v1/roles", tags=["roles"])


class RoleOut(BaseModel):
    """A role."""

    model_config = ConfigDict(from_attributes=True)

    id: str = Field(description="A built-in role's is its name.")
    name: str
    description: str
    team_id: str | None = Field(description="Null: every team may give it to its members.")
    is_built_in: bool
    permissions: list[Permission]
    holders: int


class Roles(BaseModel):
    """The built-in roles, then the custom ones by name."""

    items: list[RoleOut]


@router.get("", dependencies=[needs(Permission.ROLE_READ)])
def list_roles(
    edge: CurrentEdge, actor: CurrentActor, team_id: Annotated[str | None, Query(max_length=40)] = None
) -> Roles:
    """The built-in roles, and the custom ones that you may read; or those that a team's members may have."""
    with edge.storage.reading() as work:
        found = service.list_roles(actor, work, team_id)
    return Roles(items=[RoleOut.model_validate(role) for role in found])


@router.post("", status_code=HTTPStatus.CREATED, dependencies=[needs(Permission.ROLE_WRITE)])
def create_role(edge: CurrentEdge, actor: CurrentActor, given: CustomRoleIn) -> RoleOut:
    """Add a role, with no permission that you do not hold there yourself."""
    with edge.storage.writing() as work:
        return RoleOut.model_validate(service.create_role(actor, work, given))


@router.get("/{role_id}", dependencies=[needs(Permission.ROLE_READ)])
def get_role(edge: CurrentEdge, actor: CurrentActor, role_id: str) -> RoleOut:
    """One role."""
    with edge.storage.reading() as work:
        return RoleOut.model_validate(service.get_role(actor, work, role_id))


@router.patch("/{role_id}", dependencies=[needs(Permission.ROLE_WRITE)])
def update_role(edge: CurrentEdge, actor: CurrentActor, role_id: str, change: CustomRoleChange) -> RoleOut:
    """Change a custom role; whoever holds it may do what it then allows from their next call on."""
    with edge.storage.writing() as work:
        return RoleOut.model_validate(service.update_role(actor, work, role_id, change))


@router.delete("/{role_id}", status_code=HTTPStatus.NO_CONTENT, dependencies=[needs(Permission.ROLE_WRITE)])
def delete_role(edge: CurrentEdge, actor: CurrentActor, role_id: str) -> None:
    """Delete a custom role that nobody holds."""
    with edge.storage.writing() as work:
        service.delete_role(actor, work, role_id)
