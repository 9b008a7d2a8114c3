"""Configured accounts at AI vendors."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Body, Query
from pydantic import BaseModel, Field

from passgate.api.dependencies import CurrentActor, CurrentEdge, needs
from passgate.api.paging import PageOf, PageQuery, SearchQuery
from passgate.catalog.schemas import (
    MAX_MODELS_AT_ONCE,
    AvailableModel,
    ConnectionIn,
    ConnectionTest,
    ModelChoice,
    ModelView,
    ProviderChange,
    ProviderIn,
    ProviderView,
)
from passgate.catalog.service import connection
from passgate.catalog.service import providers as service
from passgate.catalog.service.available import available_models
from passgate.catalog.service.enabling import enable_models
from passgate.kernel.given import Input
from passgate.kernel.permissions import Permission

router = APIRouter(prefix="/api/v1/providers", tags=["providers"])

_PROVIDER = {"name": "OpenAI", "vendor": "openai", "api_key": "sk-…"}
_CONNECTION = {"vendor": "openai", "api_key": "sk-…"}
_CHOICES = {"models": [{"vendor_model": "gpt-4o"}, {"vendor_model": "gpt-4o-mini", "name": "fast"}]}


class AvailableModels(BaseModel):
    """What a provider offers, chat models first."""

    items: list[AvailableModel]


class ModelChoices(Input):
    """Models to switch on."""

    models: list[ModelChoice] = Field(min_length=1, max_length=MAX_MODELS_AT_ONCE)


class EnabledModels(BaseModel):
    """The public models that answer now."""

    items: list[ModelView]


@router.get("", dependencies=[needs(Permission.PROVIDER_READ)])
def list_providers(
    edge: CurrentEdge, actor: CurrentActor, page: PageQuery, search: SearchQuery = None
) -> PageOf[ProviderView]:
    """The providers of your teams and of the whole organisation. Keys are never shown."""
    with edge.storage.reading() as work:
        found = service.list_providers(actor, work, page, search)
    return PageOf[ProviderView](items=list(found.items), next_cursor=found.next_cursor)


@router.post("", status_code=HTTPStatus.CREATED, dependencies=[needs(Permission.PROVIDER_WRITE)])
def create_provider(
    edge: CurrentEdge, actor: CurrentActor, given: Annotated[ProviderIn, Body(examples=[_PROVIDER])]
) -> ProviderView:
    """Add a provider; its key is encrypted and never shown again."""
    with edge.storage.writing() as work:
        return service.create_provider(actor, work, given)


@router.post("/test", dependencies=[needs(Permission.PROVIDER_WRITE)])
def test_connection(
    edge: CurrentEdge, actor: CurrentActor, given: Annotated[ConnectionIn, Body(examples=[_CONNECTION])]
) -> ConnectionTest:
    """Try a vendor, base URL and key before saving them. Takes up to ten seconds."""
    with edge.storage.reading() as work:
        return connection.test_connection(actor, work, given)


@router.get("/{provider_id}", dependencies=[needs(Permission.PROVIDER_READ)])
def get_provider(edge: CurrentEdge, actor: CurrentActor, provider_id: str) -> ProviderView:
    """One provider."""
    with edge.storage.reading() as work:
        return service.get_provider(actor, work, provider_id)


@router.patch("/{provider_id}", dependencies=[needs(Permission.PROVIDER_WRITE)])
def update_provider(edge: CurrentEdge, actor: CurrentActor, provider_id: str, change: ProviderChange) -> ProviderView:
    """Change a provider; another host needs the key to be sent again."""
    with edge.storage.writing() as work:
        return service.update_provider(actor, work, provider_id, change)


@router.delete("/{provider_id}", status_code=HTTPStatus.NO_CONTENT, dependencies=[needs(Permission.PROVIDER_WRITE)])
def delete_provider(
    edge: CurrentEdge,
    actor: CurrentActor,
    provider_id: str,
    *,
    cascade: Annotated[bool, Query(description="Also remove the models that nothing else answers for.")] = False,
) -> None:
    """Remove a provider that no model depends on, or with `cascade` whatever depends on it."""
    with edge.storage.writing() as work:
        service.delete_provider(actor, work, provider_id, cascade=cascade)


@router.post("/{provider_id}/test", dependencies=[needs(Permission.PROVIDER_WRITE)])
def test_provider(edge: CurrentEdge, actor: CurrentActor, provider_id: str) -> ConnectionTest:
    """Try a saved provider and keep the outcome. Takes up to ten seconds."""
    with edge.storage.reading() as work:
        outcome = connection.test_provider(actor, work, provider_id)
    with edge.storage.writing() as work:
        connection.record_test(actor, work, provider_id, outcome)
    return outcome


@router.get("/{provider_id}/available-models", dependencies=[needs(Permission.MODEL_READ)])
def list_available_models(edge: CurrentEdge, actor: CurrentActor, provider_id: str) -> AvailableModels:
    """The vendor's live list of models with prices, or the price catalogue where the vendor gives none."""
    with edge.storage.reading() as work:
        return AvailableModels(items=available_models(actor, work, provider_id))


@router.post("/{provider_id}/models", status_code=HTTPStatus.CREATED, dependencies=[needs(Permission.MODEL_WRITE)])
def enable_provider_models(
    edge: CurrentEdge,
    actor: CurrentActor,
    provider_id: str,
    given: Annotated[ModelChoices, Body(examples=[_CHOICES])],
) -> EnabledModels:
    """Switch models on. Where the public name exists already, the provider becomes one more fallback of it."""
    with edge.storage.writing() as work:
        return EnabledModels(items=enable_models(actor, work, provider_id, given.models))
