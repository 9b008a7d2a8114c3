"""Users."""

from datetime import datetime
from http import HTTPStatus

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from passgate.api.dependencies import CurrentActor, CurrentEdge, needs
from passgate.api.paging import PageOf, PageQuery, SearchQuery
from passgate.identity.schemas import UserChange, UserIn
from passgate.identity.service import users as service
from passgate.identity.service.deletion import delete_user as delete
from passgate.kernel.permissions import Permission

router = APIRouter(prefix="/api/v1/users", tags=["users"])


class UserOut(BaseModel):
    """A user."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    email: str
    name: str
    is_admin: bool
    is_active: bool
    organisation_role: str | None
    created_at: datetime
    last_login_at: datetime | None


@router.get("", dependencies=[needs(Permission.USER_READ)])
def list_users(edge: CurrentEdge, actor: CurrentActor, page: PageQuery, search: SearchQuery = None) -> PageOf[UserOut]:
    """The users that you may read."""
    with edge.storage.reading() as work:
        return PageOf[UserOut].of(service.list_users(actor, work, page, search), UserOut.model_validate)


@router.post("", status_code=HTTPStatus.CREATED, dependencies=[needs(Permission.USER_WRITE)])
def create_user(edge: CurrentEdge, actor: CurrentActor, given: UserIn) -> UserOut:
    """Add a user."""
    with edge.storage.writing() as work:
        return UserOut.model_validate(service.create_user(actor, work, given))


@router.get("/{user_id}", dependencies=[needs(Permission.USER_READ)])
def get_user(edge: CurrentEdge, actor: CurrentActor, user_id: str) -> UserOut:
    """One user."""
    with edge.storage.reading() as work:
        return UserOut.model_validate(service.get_user(actor, work, user_id))


@router.patch("/{user_id}", dependencies=[needs(Permission.USER_WRITE)])
def update_user(edge: CurrentEdge, actor: CurrentActor, user_id: str, change: UserChange) -> UserOut:
    """Change a user; deactivation ends the user's sessions and revokes the user's tokens."""
    with edge.storage.writing() as work:
        return UserOut.model_validate(service.update_user(actor, work, user_id, change))


@router.delete("/{user_id}", status_code=HTTPStatus.NO_CONTENT, dependencies=[needs(Permission.USER_WRITE)])
def delete_user(edge: CurrentEdge, actor: CurrentActor, user_id: str) -> None:
    """Delete a user: sessions end, tokens are revoked, memberships go."""
    with edge.storage.writing() as work:
        delete(actor, work, user_id)
