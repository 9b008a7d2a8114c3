"""Signing in and out with a browser's cookie."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from passgate.api.dependencies import (
    CurrentActor,
    CurrentEdge,
    forget_session_cookie,
    public,
    set_session_cookie,
    signed_in,
)
from passgate.api.problem import documented
from passgate.api.routers.teams import TeamOut
from passgate.api.routers.users import UserOut
from passgate.identity.schemas import GivenPassword, PasswordChange
from passgate.identity.service import sessions, users
from passgate.kernel.actor import Actor
from passgate.kernel.errors import UnauthenticatedError
from passgate.kernel.given import Input
from passgate.kernel.origin import current_origin
from passgate.kernel.permissions import Permission
from passgate.kernel.session_cookie import SESSION_COOKIE
from passgate.storage.work import Work

router = APIRouter(prefix="/api/v1/session", tags=["session"])


class SignIn(Input):
    """A user's credentials."""

    email: Annotated[str, Field(max_length=254)]
    password: GivenPassword


class TeamMembership(BaseModel):
    """A team that one is in, and what one may do there."""

    team: TeamOut
    role: str = Field(description="A fixed role's name, or a custom role's id.")
    role_name: str
    permissions: list[Permission]


class SessionOut(BaseModel):
    """Who one is and what one may do."""

    user: UserOut
    permissions: list[Permission] = Field(description="Over everything.")
    teams: list[TeamMembership]


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    responses=documented(HTTPStatus.TOO_MANY_REQUESTS),
    dependencies=[public("the password is the credential")],
)
def sign_in(edge: CurrentEdge, request: Request, response: Response, given: SignIn) -> SessionOut:
    """Sign in; the answer sets the cookie."""
    ip, agent = current_origin().ip, request.headers.get("user-agent", "")
    with edge.storage.writing() as work:
        opened, secret = sessions.sign_in(work, given.email, given.password, ip, agent, edge.session_limits)
        actor = sessions.actor_of(work, opened)
        if actor is None:
            raise UnauthenticatedError("The session ended at once.")
        view = _view(actor, work)
    set_session_cookie(edge, response, secret)
    return view


@router.get("", dependencies=[signed_in("everybody may know who they are")])
def get_session(edge: CurrentEdge, actor: CurrentActor) -> SessionOut:
    """Who you are and what you may do."""
    with edge.storage.reading() as work:
        return _view(actor, work)


@router.put(
    "/password", status_code=HTTPStatus.NO_CONTENT, dependencies=[signed_in("everybody has their own password")]
)
def change_password(edge: CurrentEdge, actor: CurrentActor, response: Response, change: PasswordChange) -> None:
    """Change your own password; ends all of your sessions."""
    with edge.storage.writing() as work:
        users.change_own_password(actor, work, change)
    forget_session_cookie(edge, response)


@router.delete("", status_code=HTTPStatus.NO_CONTENT, dependencies=[public("ends the caller's own session, if any")])
def sign_out(edge: CurrentEdge, request: Request, response: Response) -> None:
    """Sign out; nothing happens when nobody was signed in."""
    secret = request.cookies.get(SESSION_COOKIE)
    if secret:
        with edge.storage.writing() as work:
            sessions.sign_out(work, secret)
    forget_session_cookie(edge, response)


def _view(actor: Actor, work: Work) -> SessionOut:
    return SessionOut(
        user=UserOut.model_validate(users.get_user(actor, work, actor.id)),
        permissions=sorted(actor.everywhere),
        teams=[
            TeamMembership(
                team=TeamOut.model_validate(member.team),
                role=member.role,
                role_name=member.role_name,
                permissions=sorted(actor.by_team.get(member.team.id, ())),
            )
            for member in users.teams_of_user(actor, work, actor.id)
        ],
    )
