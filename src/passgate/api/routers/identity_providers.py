"""Identity providers that people sign in with."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Body
from pydantic import BaseModel, Field

from passgate.api.dependencies import CurrentActor, CurrentEdge, needs
from passgate.identity.issuers import providers as service
from passgate.identity.issuers.following import look_at, look_closely_at, note
from passgate.identity.issuers.presets import PRESETS
from passgate.identity.issuers.schemas import IdentityProviderChange, IdentityProviderIn, IdentityProviderView
from passgate.kernel.permissions import Permission

router = APIRouter(prefix="/api/v1/identity-providers", tags=["identity providers"])

_PROVIDER = {
    "name": "Company account",
    "preset": "keycloak",
    "issuer": "https://id.example.com/realms/company",
    "client_id": "passgate",
    "client_secret": "…",
    "domains": ["example.com"],
}


class PresetOut(BaseModel):
    """A known kind of provider."""

    id: str
    name: str
    issuer: str = Field(description="With placeholders in braces where each organisation has its own.")
    scopes: list[str]
    groups_claim: str
    note: str


class Presets(BaseModel):
    """The known kinds."""

    items: list[PresetOut]


class IdentityProviders(BaseModel):
    """All providers, the oldest first."""

    items: list[IdentityProviderView]


@router.get("", dependencies=[needs(Permission.ISSUER_READ)])
def list_identity_providers(edge: CurrentEdge, actor: CurrentActor) -> IdentityProviders:
    """All identity providers. Secrets are never shown."""
    with edge.storage.reading() as work:
        return IdentityProviders(items=service.list_identity_providers(actor, work))


@router.get("/presets", dependencies=[needs(Permission.ISSUER_READ)])
def list_identity_provider_presets() -> Presets:
    """The known kinds of providers, and what one has to do there."""
    names = PresetOut.model_fields
    return Presets(items=[PresetOut.model_validate({name: getattr(one, name) for name in names}) for one in PRESETS])


@router.post("", status_code=HTTPStatus.CREATED, dependencies=[needs(Permission.ISSUER_WRITE)])
def create_identity_provider(
    edge: CurrentEdge, actor: CurrentActor, given: Annotated[IdentityProviderIn, Body(examples=[_PROVIDER])]
) -> IdentityProviderView:
    """Add a provider. Its discovery document and keys are fetched at once, which may take some seconds."""
    seen = look_closely_at(service.asked_provider(actor, given))
    with edge.storage.writing() as work:
        return service.create_identity_provider(actor, work, given, seen)


@router.get("/{provider_id}", dependencies=[needs(Permission.ISSUER_READ)])
def get_identity_provider(edge: CurrentEdge, actor: CurrentActor, provider_id: str) -> IdentityProviderView:
    """One provider."""
    with edge.storage.reading() as work:
        return service.get_identity_provider(actor, work, provider_id)


@router.patch("/{provider_id}", dependencies=[needs(Permission.ISSUER_WRITE)])
def update_identity_provider(
    edge: CurrentEdge, actor: CurrentActor, provider_id: str, change: IdentityProviderChange
) -> IdentityProviderView:
    """Change a provider; its issuer stays, since its people are known by it."""
    with edge.storage.writing() as work:
        return service.update_identity_provider(actor, work, provider_id, change)


@router.delete("/{provider_id}", status_code=HTTPStatus.NO_CONTENT, dependencies=[needs(Permission.ISSUER_WRITE)])
def delete_identity_provider(edge: CurrentEdge, actor: CurrentActor, provider_id: str) -> None:
    """Remove a provider; its people stay users."""
    with edge.storage.writing() as work:
        service.delete_identity_provider(actor, work, provider_id)


@router.post("/{provider_id}/check", dependencies=[needs(Permission.ISSUER_WRITE)])
def check_identity_provider(edge: CurrentEdge, actor: CurrentActor, provider_id: str) -> IdentityProviderView:
    """Fetch its discovery document and keys anew, and keep the outcome."""
    with edge.storage.reading() as work:
        followed = service.provider_to_check(actor, work, provider_id)
    seen = look_at(followed)
    with edge.storage.writing() as work:
        note(work, followed, seen)
        work.session.flush()
        return service.get_identity_provider(actor, work, provider_id)
