"""A provider's pool of keys, and what the nodes find out about it."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Body
from pydantic import BaseModel

from passgate.api.dependencies import CurrentActor, CurrentEdge, needs
from passgate.catalog.schemas import KeyChange, KeyIn, KeyView
from passgate.catalog.service import keys as service
from passgate.gateway.routing_health import provider_health
from passgate.gateway.schemas import ProviderHealth
from passgate.kernel.permissions import Permission

router = APIRouter(prefix="/api/v1/providers/{provider_id}", tags=["providers"])

_KEY = {"label": "second account", "api_key": "sk-…"}


class ProviderKeys(BaseModel):
    """A provider's keys, its own first."""

    items: list[KeyView]


@router.get("/keys", dependencies=[needs(Permission.PROVIDER_READ)])
def list_provider_keys(edge: CurrentEdge, actor: CurrentActor, provider_id: str) -> ProviderKeys:
    """The provider's keys, over which its calls are spread. The keys themselves are never shown."""
    with edge.storage.reading() as work:
        return ProviderKeys(items=service.list_keys(actor, work, provider_id))


@router.post("/keys", status_code=HTTPStatus.CREATED, dependencies=[needs(Permission.PROVIDER_WRITE)])
def add_key(
    edge: CurrentEdge, actor: CurrentActor, provider_id: str, given: Annotated[KeyIn, Body(examples=[_KEY])]
) -> KeyView:
    """Add a key to the pool; it is encrypted and never shown again."""
    with edge.storage.writing() as work:
        return service.add_key(actor, work, provider_id, given)


@router.patch("/keys/{key_id}", dependencies=[needs(Permission.PROVIDER_WRITE)])
def change_key(edge: CurrentEdge, actor: CurrentActor, provider_id: str, key_id: str, change: KeyChange) -> KeyView:
    """Give a key another label, or replace it."""
    with edge.storage.writing() as work:
        return service.change_key(actor, work, provider_id, key_id, change)


@router.delete("/keys/{key_id}", status_code=HTTPStatus.NO_CONTENT, dependencies=[needs(Permission.PROVIDER_WRITE)])
def remove_key(edge: CurrentEdge, actor: CurrentActor, provider_id: str, key_id: str) -> None:
    """Remove a key from the pool; the provider's own stays."""
    with edge.storage.writing() as work:
        service.remove_key(actor, work, provider_id, key_id)


@router.get("/health", dependencies=[needs(Permission.PROVIDER_READ)])
def get_health(edge: CurrentEdge, actor: CurrentActor, provider_id: str) -> ProviderHealth:
    """Which keys rest and which deployments are left alone, as the workers of the reporting nodes have found out."""
    with edge.storage.reading() as work:
        return provider_health(actor, work, provider_id)
