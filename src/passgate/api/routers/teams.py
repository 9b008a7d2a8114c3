"""Teams and their members."""

from datetime import datetime
from http import HTTPStatus

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from passgate.api.dependencies import CurrentActor, CurrentEdge, needs
from passgate.api.paging import PageOf, PageQuery, SearchQuery
from passgate.identity.schemas import MemberIn, TeamIn
from passgate.identity.service import teams as service
from passgate.identity.service.deletion import delete_team as delete
from passgate.kernel.permissions import Permission

router = APIRouter(prefix="/api/v1/teams", tags=["teams"])


class TeamOut(BaseModel):
    """A team."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    name: str
    created_at: datetime


class MemberOut(BaseModel):
    """A user in a team."""

    model_config = ConfigDict(from_attributes=True)

    user_id: str
    email: str
    name: str
    is_active: bool
    role: str = Field(description="A fixed role's name, or a custom role's id.")
    role_name: str


class Members(BaseModel):
    """All users of a team, by e-mail."""

    items: list[MemberOut]


@router.get("", dependencies=[needs(Permission.TEAM_READ)])
def list_teams(edge: CurrentEdge, actor: CurrentActor, page: PageQuery, search: SearchQuery = None) -> PageOf[TeamOut]:
    """The teams that you may read."""
    with edge.storage.reading() as work:
        return PageOf[TeamOut].of(service.list_teams(actor, work, page, search), TeamOut.model_validate)


@router.post("", status_code=HTTPStatus.CREATED, dependencies=[needs(Permission.TEAM_WRITE)])
def create_team(edge: CurrentEdge, actor: CurrentActor, given: TeamIn) -> TeamOut:
    """Add a team."""
    with edge.storage.writing() as work:
        return TeamOut.model_validate(service.create_team(actor, work, given))


@router.get("/{team_id}", dependencies=[needs(Permission.TEAM_READ)])
def get_team(edge: CurrentEdge, actor: CurrentActor, team_id: str) -> TeamOut:
    """One team."""
    with edge.storage.reading() as work:
        return TeamOut.model_validate(service.get_team(actor, work, team_id))


@router.patch("/{team_id}", dependencies=[needs(Permission.TEAM_WRITE)])
def update_team(edge: CurrentEdge, actor: CurrentActor, team_id: str, given: TeamIn) -> TeamOut:
    """Rename a team."""
    with edge.storage.writing() as work:
        return TeamOut.model_validate(service.update_team(actor, work, team_id, given))


@router.delete("/{team_id}", status_code=HTTPStatus.NO_CONTENT, dependencies=[needs(Permission.TEAM_WRITE)])
def delete_team(edge: CurrentEdge, actor: CurrentActor, team_id: str) -> None:
    """Delete a team that owns nothing any more; refused with what it still owns."""
    with edge.storage.writing() as work:
        delete(actor, work, team_id)


@router.get("/{team_id}/members", dependencies=[needs(Permission.TEAM_READ)])
def list_members(edge: CurrentEdge, actor: CurrentActor, team_id: str) -> Members:
    """A team's users and their roles."""
    with edge.storage.reading() as work:
        found = service.list_members(actor, work, team_id)
    return Members(items=[MemberOut.model_validate(member) for member in found])


@router.put("/{team_id}/members/{user_id}", dependencies=[needs(Permission.TEAM_WRITE)])
def set_member(edge: CurrentEdge, actor: CurrentActor, team_id: str, user_id: str, given: MemberIn) -> MemberOut:
    """Put a user into a team, or change the role there."""
    with edge.storage.writing() as work:
        return MemberOut.model_validate(service.set_member(actor, work, team_id, user_id, given.role))


@router.delete(
    "/{team_id}/members/{user_id}",
    status_code=HTTPStatus.NO_CONTENT,
    dependencies=[needs(Permission.TEAM_WRITE)],
)
def remove_member(edge: CurrentEdge, actor: CurrentActor, team_id: str, user_id: str) -> None:
    """Take a user out of a team."""
    with edge.storage.writing() as work:
        service.remove_member(actor, work, team_id, user_id)
