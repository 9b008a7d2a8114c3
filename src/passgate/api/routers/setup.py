"""The first administrator."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from passgate.api.dependencies import CurrentEdge, public
from passgate.api.routers.users import UserOut
from passgate.identity.schemas import SetupIn
from passgate.identity.service import setup as service

router = APIRouter(prefix="/api/v1/setup", tags=["set-up"])


class SetupRequest(SetupIn):
    """The first administrator, with the secret of the set-up link."""

    secret: Annotated[str, Field(max_length=200, description="The last part of the link that `passgate up` prints.")]


class SetupStatus(BaseModel):
    """Whether the first administrator is still to be made."""

    is_needed: bool


@router.get("", dependencies=[public("the sign-in page asks before anybody can sign in")])
def get_setup(edge: CurrentEdge) -> SetupStatus:
    """Whether Passgate still waits for its first administrator."""
    with edge.storage.reading() as work:
        return SetupStatus(is_needed=not service.has_administrator(work))


@router.post("", status_code=HTTPStatus.CREATED, dependencies=[public("the one-time secret is the credential")])
def complete_setup(edge: CurrentEdge, given: SetupRequest) -> UserOut:
    """Make the first administrator, with the team "Default" and a signing key."""
    first = SetupIn(email=given.email, name=given.name, password=given.password)
    with edge.storage.writing() as work:
        return UserOut.model_validate(service.complete_setup(work, given.secret, first))
