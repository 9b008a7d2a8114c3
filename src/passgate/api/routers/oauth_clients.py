"""Applications as OAuth clients: their settings and secrets."""

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from passgate.api.dependencies import CurrentActor, CurrentEdge, needs
from passgate.identity.oauth import secrets, settings
from passgate.identity.oauth.grant_types import AuthMethod, ClientKind
from passgate.identity.oauth.schemas import ClientSettingsIn
from passgate.kernel.given import Input
from passgate.kernel.permissions import Permission

router = APIRouter(prefix="/api/v1/applications/{application_id}/oauth", tags=["applications"])


class SecretOut(BaseModel):
    """A client secret that holds."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    hint: str = Field(description="Its last letters.")
    created_at: datetime
    created_by: str
    expires_at: datetime | None = Field(description="When it ends, where another one has replaced it.")


class NewSecretOut(SecretOut):
    """A client secret just made."""

    secret: str = Field(description="The secret itself, shown this once.")


class FetchedKeysOut(BaseModel):
    """What a client's `jwks_uri` gave."""

    model_config = ConfigDict(from_attributes=True)

    kids: list[str]
    fetched_at: datetime | None
    tried_at: datetime | None
    problem: str | None = Field(description="Why the last try brought nothing; the keys before it stay in use.")


class ClientSettingsOut(BaseModel):
    """An application's OAuth settings; its `client_id` is the application's id."""

    model_config = ConfigDict(from_attributes=True)

    application_id: str
    kind: ClientKind
    auth_method: AuthMethod
    grant_types: list[str]
    redirect_uris: list[str]
    post_logout_redirect_uris: list[str]
    backchannel_logout_uri: str | None
    scopes: list[str]
    audiences: list[str]
    jwks: dict[str, Any] | None
    jwks_uri: str | None
    fetched_keys: FetchedKeysOut | None = Field(description="What was found at `jwks_uri`; null: nothing yet.")
    access_token_seconds: int
    refresh_token_days: int
    secrets: list[SecretOut]


class RotateIn(Input):
    """How a secret is replaced."""

    overlap_seconds: Annotated[int, Field(ge=0, le=int(secrets.MAX_OVERLAP.total_seconds()))] = int(
        secrets.DEFAULT_OVERLAP.total_seconds()
    )


@router.get("", dependencies=[needs(Permission.APPLICATION_READ)])
def get_client_settings(edge: CurrentEdge, actor: CurrentActor, application_id: str) -> ClientSettingsOut:
    """The application's OAuth settings."""
    with edge.storage.reading() as work:
        return ClientSettingsOut.model_validate(settings.client_settings(actor, work, application_id))


@router.put("", dependencies=[needs(Permission.APPLICATION_WRITE)])
def set_client_settings(
    edge: CurrentEdge, actor: CurrentActor, application_id: str, given: ClientSettingsIn
) -> ClientSettingsOut:
    """Set all of them; the application is an OAuth client from now on."""
    with edge.storage.writing() as work:
        found = settings.set_client_settings(actor, work, edge.token_issuer, application_id, given)
        return ClientSettingsOut.model_validate(found)


@router.delete("", status_code=HTTPStatus.NO_CONTENT, dependencies=[needs(Permission.APPLICATION_WRITE)])
def remove_client_settings(edge: CurrentEdge, actor: CurrentActor, application_id: str) -> None:
    """Make the application no client any more; its secrets and what people granted it end."""
    with edge.storage.writing() as work:
        settings.remove_client_settings(actor, work, application_id)


@router.post("/secrets", status_code=HTTPStatus.CREATED, dependencies=[needs(Permission.APPLICATION_WRITE)])
def rotate_client_secret(edge: CurrentEdge, actor: CurrentActor, application_id: str, given: RotateIn) -> NewSecretOut:
    """Make a new secret, shown this once; those before it hold for the overlap."""
    with edge.storage.writing() as work:
        new = secrets.rotate_secret(actor, work, application_id, timedelta(seconds=given.overlap_seconds))
        return NewSecretOut(secret=new.text, **SecretOut.model_validate(new.row).model_dump())


@router.delete(
    "/secrets/{secret_id}", status_code=HTTPStatus.NO_CONTENT, dependencies=[needs(Permission.APPLICATION_WRITE)]
)
def end_client_secret(edge: CurrentEdge, actor: CurrentActor, application_id: str, secret_id: str) -> None:
    """End one secret at once."""
    with edge.storage.writing() as work:
        secrets.end_secret(actor, work, application_id, secret_id)
