"""Initial access tokens: who may register OAuth clients."""

from datetime import datetime
from http import HTTPStatus

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from passgate.api.dependencies import CurrentActor, CurrentEdge, needs
from passgate.identity.oauth import registration as service
from passgate.identity.oauth.schemas import RegistrationTokenIn
from passgate.kernel.permissions import Permission

router = APIRouter(prefix="/api/v1/registration-tokens", tags=["applications"])


class RegistrationTokenOut(BaseModel):
    """An initial access token (RFC 7591 section 1.2)."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    team_id: str
    name: str
    uses: int = Field(description="How many clients were registered with it.")
    created_at: datetime
    created_by: str
    expires_at: datetime
    ended_at: datetime | None


class NewRegistrationTokenOut(RegistrationTokenOut):
    """One just made."""

    token: str = Field(description="The token itself, shown this once.")


@router.get("", dependencies=[needs(Permission.APPLICATION_WRITE)])
def list_registration_tokens(edge: CurrentEdge, actor: CurrentActor) -> list[RegistrationTokenOut]:
    """Those of the teams whose applications you may change, newest first."""
    with edge.storage.reading() as work:
        return [RegistrationTokenOut.model_validate(row) for row in service.list_registration_tokens(actor, work)]


@router.post("", status_code=HTTPStatus.CREATED, dependencies=[needs(Permission.APPLICATION_WRITE)])
def create_registration_token(
    edge: CurrentEdge, actor: CurrentActor, given: RegistrationTokenIn
) -> NewRegistrationTokenOut:
    """Let whoever holds it register clients of a team at `/oauth2/register`."""
    with edge.storage.writing() as work:
        new = service.create_registration_token(actor, work, given)
        return NewRegistrationTokenOut(token=new.text, **RegistrationTokenOut.model_validate(new.row).model_dump())


@router.delete("/{token_id}", status_code=HTTPStatus.NO_CONTENT, dependencies=[needs(Permission.APPLICATION_WRITE)])
def end_registration_token(edge: CurrentEdge, actor: CurrentActor, token_id: str) -> None:
    """End one; the clients that were registered with it stay."""
    with edge.storage.writing() as work:
        service.end_registration_token(actor, work, token_id)
