"""What endpoints ask for: the edge, the actor, and the permission that each route declares."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request, Response
from fastapi.params import Depends as DependsParam
from fastapi.security import APIKeyCookie, HTTPBearer

from passgate.api.edge import Edge
from passgate.identity.service import actors, sessions
from passgate.kernel.actor import GUEST, Actor
from passgate.kernel.errors import UnauthenticatedError
from passgate.kernel.origin import current_origin
from passgate.kernel.permissions import Permission
from passgate.kernel.session_cookie import EVERYWHERE, SESSION_COOKIE, SESSION_PATHS

_BEARER = HTTPBearer(auto_error=False, description="A personal token.")
_SIGN_IN = "Sign in, or send a personal token."
_COOKIE = APIKeyCookie(name=SESSION_COOKIE, auto_error=False, description="A browser session.")


async def _edge(request: Request) -> Edge:
    edge: Edge = request.app.state.edge
    return edge


CurrentEdge = Annotated[Edge, Depends(_edge)]
"""Where units of work are opened."""


def set_session_cookie(edge: Edge, response: Response, secret: str) -> None:
    """Hand the session's secret to the browser, out of the reach of scripts, of other sites, and of services."""
    for path in SESSION_PATHS:
        response.set_cookie(
            SESSION_COOKIE,
            secret,
            max_age=int(edge.session_limits.absolute.total_seconds()),
            path=path,
            httponly=True,
            samesite="lax",
            secure=edge.secure_cookies,
        )
    _drop_cookie(edge, response, EVERYWHERE)


def forget_session_cookie(edge: Edge, response: Response) -> None:
    """Have the browser forget the session's secret."""
    for path in (*SESSION_PATHS, EVERYWHERE):
        _drop_cookie(edge, response, path)


def _drop_cookie(edge: Edge, response: Response, path: str) -> None:
    response.delete_cookie(SESSION_COOKIE, path=path, httponly=True, samesite="lax", secure=edge.secure_cookies)


def _current_actor(
    request: Request,
    response: Response,
    edge: CurrentEdge,
    _bearer: Annotated[object, Depends(_BEARER)],
    secret: Annotated[str | None, Depends(_COOKIE)],
) -> Actor:
    """Who acts: by the Authorization header, and only where there is none, by the session's cookie."""
    authorization = request.headers.get("authorization")
    if authorization is not None:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer":
            raise UnauthenticatedError("The Authorization header must read: Bearer <personal token>.")
        actor = _actor_of_token(edge, token.strip())
    elif secret:
        actor = _actor_of_session(edge, response, secret, request.headers.get("user-agent", ""))
    else:
        raise UnauthenticatedError(_SIGN_IN)
    current_origin().actor = actor
    return actor


def _actor_of_token(edge: Edge, token: str) -> Actor:
    with edge.storage.reading() as work:
        row = actors.personal_token(work, token, edge.token_issuer)
        actor = actors.actor_of_personal_token(work, row)
        is_stale = actors.use_is_stale(work, row)
    if is_stale:
        with edge.storage.writing() as work:
            actors.note_use(work, row.jti)
    return actor


def _actor_of_session(edge: Edge, response: Response, secret: str, user_agent: str) -> Actor:
    with edge.storage.reading() as work:
        found = sessions.session_of(work, secret, user_agent)
        actor = sessions.actor_of(work, found)
        if found is None or actor is None:
            raise UnauthenticatedError(_SIGN_IN)
        is_stale = sessions.is_stale(work, found)
        is_due = sessions.is_rotation_due(work, found, secret)
    if is_stale or is_due:
        with edge.storage.writing() as work:
            sessions.touch(work, found.id)
            fresh = sessions.rotate(work, found.id, secret) if is_due else None
        if fresh is not None:
            set_session_cookie(edge, response, fresh)
    return actor


def _reader(
    request: Request, response: Response, edge: CurrentEdge, secret: Annotated[str | None, Depends(_COOKIE)]
) -> Actor:
    """Who reads: a guest where there is no credential, or only a cookie whose session is over."""
    try:
        return _current_actor(request, response, edge, None, secret)
    except UnauthenticatedError:
        if request.headers.get("authorization") is not None:
            raise
        return GUEST


Reader = Annotated[Actor, Depends(_reader)]
"""Who reads what guests may see, too."""

CurrentActor = Annotated[Actor, Depends(_current_actor)]
"""Who acts; nobody at all gets a 401 before the endpoint runs."""


@dataclass(frozen=True, slots=True)
class Needs:
    """A route for those who hold the permission somewhere; the service then decides on the very thing."""

    permission: Permission

    def __call__(self, actor: CurrentActor) -> None:
        """Refuse the others."""
        actor.require_somewhere(self.permission)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A route for everyone who is known, for the reason given."""

    reason: str

    def __call__(self, actor: CurrentActor) -> None:
        """Nothing more: who is not known was refused on the way here."""


@dataclass(frozen=True, slots=True)
class Public:
    """A route for anybody, for the reason given."""

    reason: str

    async def __call__(self) -> None:
        """Nothing."""


def needs(permission: Permission) -> DependsParam:
    """Declare the permission of a route, in its ``dependencies``."""
    return DependsParam(Needs(permission))


def signed_in(reason: str) -> DependsParam:
    """Declare that a route needs a known actor only, and why."""
    return DependsParam(SignedIn(reason))


def public(reason: str) -> DependsParam:
    """Declare that a route is for anybody, and why."""
    return DependsParam(Public(reason))
