"""Browser sessions: looked at and ended."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from passgate.api.dependencies import CurrentActor, CurrentEdge, signed_in
from passgate.api.paging import PageOf, PageQuery
from passgate.identity.service import session_list as service

router = APIRouter(prefix="/api/v1/sessions", tags=["session"])

_OWN = "everybody has their own sessions; others' need user:write"
_User = Annotated[str | None, Query(max_length=40, description="Another user's; needs user:write over everything.")]


class BrowserSessionOut(BaseModel):
    """A browser session."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    user_id: str
    user_name: str
    device: str = Field(description="Such as `Firefox on Linux`.")
    ip: str = Field(description="Where it was opened from.")
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    is_open: bool
    is_current: bool = Field(description="Whether it is the one that asks.")


class EndedOut(BaseModel):
    """How many sessions were ended."""

    count: int


@router.get("", dependencies=[signed_in(_OWN)])
def list_sessions(
    edge: CurrentEdge, actor: CurrentActor, page: PageQuery, user_id: _User = None
) -> PageOf[BrowserSessionOut]:
    """Your browser sessions, or another user's, newest first; ended ones for 30 days."""
    with edge.storage.reading() as work:
        found = service.list_sessions(actor, work, page, user_id)
    return PageOf[BrowserSessionOut].of(found, BrowserSessionOut.model_validate)


@router.delete("", dependencies=[signed_in(_OWN)])
def end_all_sessions(
    edge: CurrentEdge,
    actor: CurrentActor,
    user_id: _User = None,
    keep_current: Annotated[bool, Query(description="Leave the session that asks open.")] = False,  # noqa: FBT002 - a query parameter
) -> EndedOut:
    """End all of your browser sessions, or another user's."""
    with edge.storage.writing() as work:
        return EndedOut(count=service.end_all_sessions(actor, work, user_id, keeps_current=keep_current))


@router.delete("/{session_id}", status_code=HTTPStatus.NO_CONTENT, dependencies=[signed_in(_OWN)])
def end_session(edge: CurrentEdge, actor: CurrentActor, session_id: str) -> None:
    """End one browser session."""
    with edge.storage.writing() as work:
        service.end_session(actor, work, session_id)
