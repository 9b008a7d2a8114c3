"""What endpoints ask for: the edge, the actor, and the permission that each route declares."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from fastapi.params import Depends as DependsParam
from fastapi.security import APIKeyCookie, HTTPBearer

from passgate.api.edge import SESSION_COOKIE, Edge
from passgate.identity.service import actors, sessions
from passgate.kernel.actor import Actor
from passgate.kernel.errors import UnauthenticatedError
from passgate.kernel.permissions import Permission

_BEARER = HTTPBearer(auto_error=False, description="A personal token.")
_COOKIE = APIKeyCookie(name=SESSION_COOKIE, auto_error=False, description="A browser session.")


def _edge(request: Request) -> Edge:
    edge: Edge = request.app.state.edge
    return edge


CurrentEdge = Annotated[Edge, Depends(_edge)]
"""Where units of work are opened."""


def _current_actor(
    request: Request,
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
        return _actor_of_token(edge, token.strip())
    actor = _actor_of_session(edge, secret) if secret else None
    if actor is None:
        raise UnauthenticatedError("Sign in, or send a personal token.")
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


def _actor_of_session(edge: Edge, secret: str) -> Actor | None:
    with edge.storage.reading() as work:
        actor = sessions.actor_of_session(work, secret)
        is_stale = actor is not None and sessions.session_is_stale(work, secret)
    if is_stale:
        with edge.storage.writing() as work:
            sessions.touch_session(work, secret)
    return actor


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

    def __call__(self) -> None:
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
