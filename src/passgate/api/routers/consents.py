"""What people let applications do in their name."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from passgate.api.dependencies import CurrentActor, CurrentEdge, signed_in
from passgate.identity.oauth import consents as service

router = APIRouter(prefix="/api/v1/consents", tags=["session"])

_OWN = "everybody has their own consents; others' need user:write"
_User = Annotated[str | None, Query(max_length=40, description="Another user's; needs user:write over everything.")]


class ConsentOut(BaseModel):
    """An application that acts in a person's name."""

    model_config = ConfigDict(from_attributes=True)

    client_id: str
    name: str
    scopes: list[str]
    audiences: list[str]
    given_at: datetime = Field(description="When last.")
    is_in_use: bool = Field(description="Whether it holds something now by which it gets tokens.")


class Consents(BaseModel):
    """What one person has agreed to."""

    items: list[ConsentOut]


@router.get("", dependencies=[signed_in(_OWN)])
def list_consents(edge: CurrentEdge, actor: CurrentActor, user_id: _User = None) -> Consents:
    """The applications that act in your name, or in another user's."""
    with edge.storage.reading() as work:
        found = service.list_consents(actor, work, user_id)
        return Consents(items=[ConsentOut.model_validate(each) for each in found])


@router.delete("/{client_id}", status_code=HTTPStatus.NO_CONTENT, dependencies=[signed_in(_OWN)])
def withdraw_consent(edge: CurrentEdge, actor: CurrentActor, client_id: str, user_id: _User = None) -> None:
    """Take it back: the application's refresh tokens and live tokens in that name end at once."""
    with edge.storage.writing() as work:
        service.withdraw_consent(actor, work, client_id, user_id)
