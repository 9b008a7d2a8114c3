"""Public AI models, their deployments and prices."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Body

from passgate.api.dependencies import CurrentActor, CurrentEdge, needs
from passgate.api.paging import PageOf, PageQuery, SearchQuery
from passgate.catalog.schemas import DeploymentChange, DeploymentIn, DeploymentOrder, ModelChange, ModelView
from passgate.catalog.service import deployments
from passgate.catalog.service import models as service
from passgate.kernel.permissions import Permission
from passgate.publishing.service.model_renaming import change_model

router = APIRouter(prefix="/api/v1/models", tags=["models"])

_DEPLOYMENT = {"provider_id": "prv_…", "vendor_model": "gpt-4o", "weight": 2}
_ORDER = {"steps": [["dep_1", "dep_2"], ["dep_3"]]}
_PRICE = {"price": {"input": "0.15", "cached_input": "0.075", "output": "0.60"}}


@router.get("", dependencies=[needs(Permission.MODEL_READ)])
def list_models(
    edge: CurrentEdge, actor: CurrentActor, page: PageQuery, search: SearchQuery = None
) -> PageOf[ModelView]:
    """The models of your teams and of the whole organisation. Switch models on at their provider."""
    with edge.storage.reading() as work:
        found = service.list_models(actor, work, page, search)
    return PageOf[ModelView](items=list(found.items), next_cursor=found.next_cursor)


@router.get("/{model_id}", dependencies=[needs(Permission.MODEL_READ)])
def get_model(edge: CurrentEdge, actor: CurrentActor, model_id: str) -> ModelView:
    """One model with its deployments and prices."""
    with edge.storage.reading() as work:
        return service.get_model(actor, work, model_id)


@router.patch("/{model_id}", dependencies=[needs(Permission.MODEL_WRITE)])
def update_model(edge: CurrentEdge, actor: CurrentActor, model_id: str, change: ModelChange) -> ModelView:
    """Rename a model, switch it on or off, correct what is known of it, or change how its calls are routed."""
    with edge.storage.writing() as work:
        return change_model(actor, work, model_id, change)


@router.delete("/{model_id}", status_code=HTTPStatus.NO_CONTENT, dependencies=[needs(Permission.MODEL_WRITE)])
def delete_model(edge: CurrentEdge, actor: CurrentActor, model_id: str) -> None:
    """Remove a model with its deployments."""
    with edge.storage.writing() as work:
        service.delete_model(actor, work, model_id)


@router.post("/{model_id}/deployments", status_code=HTTPStatus.CREATED, dependencies=[needs(Permission.MODEL_WRITE)])
def add_deployment(
    edge: CurrentEdge,
    actor: CurrentActor,
    model_id: str,
    given: Annotated[DeploymentIn, Body(examples=[_DEPLOYMENT])],
) -> ModelView:
    """Add a deployment: a provider, the vendor's name of the model, and where it says, region and key."""
    with edge.storage.writing() as work:
        return deployments.add_deployment(actor, work, model_id, given)


@router.put("/{model_id}/order", dependencies=[needs(Permission.MODEL_WRITE)])
def order_deployments(
    edge: CurrentEdge, actor: CurrentActor, model_id: str, order: Annotated[DeploymentOrder, Body(examples=[_ORDER])]
) -> ModelView:
    """Set in which order the deployments are tried: step by step, those of one step sharing its calls."""
    with edge.storage.writing() as work:
        return deployments.order_deployments(actor, work, model_id, order)


@router.patch("/{model_id}/deployments/{deployment_id}", dependencies=[needs(Permission.MODEL_WRITE)])
def update_deployment(
    edge: CurrentEdge,
    actor: CurrentActor,
    model_id: str,
    deployment_id: str,
    change: Annotated[DeploymentChange, Body(examples=[_PRICE])],
) -> ModelView:
    """Change a deployment's weight, its place in the fallback order, or its price (null: the catalogue's)."""
    with edge.storage.writing() as work:
        return service.update_deployment(actor, work, model_id, deployment_id, change)


@router.delete("/{model_id}/deployments/{deployment_id}", dependencies=[needs(Permission.MODEL_WRITE)])
def delete_deployment(edge: CurrentEdge, actor: CurrentActor, model_id: str, deployment_id: str) -> ModelView:
    """Take a provider off a model; the last one stays."""
    with edge.storage.writing() as work:
        return service.delete_deployment(actor, work, model_id, deployment_id)
