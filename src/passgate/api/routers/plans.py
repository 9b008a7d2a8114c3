"""Plans: what subscriptions allow."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Body, Query

from passgate.api.dependencies import CurrentActor, CurrentEdge, needs
from passgate.api.paging import PageOf, PageQuery
from passgate.kernel.permissions import Permission
from passgate.publishing.plans import service
from passgate.publishing.plans.schemas import PlanChange, PlanIn, PlanView

router = APIRouter(prefix="/api/v1", tags=["plans"])

_PLAN = {
    "team_id": "team_…",
    "name": "Free",
    "service_ids": ["svc_…"],
    "rates": [{"calls": 100, "window": "minute"}],
    "is_default": True,
}


@router.get("/plans", dependencies=[needs(Permission.SERVICE_READ)])
def list_plans(
    edge: CurrentEdge,
    actor: CurrentActor,
    page: PageQuery,
    team_id: Annotated[str | None, Query(max_length=40, description="Only this team's plans.")] = None,
    search: Annotated[str | None, Query(max_length=100, description="Part of the name.")] = None,
) -> PageOf[PlanView]:
    """Your teams' plans."""
    with edge.storage.reading() as work:
        found = service.list_plans(actor, work, page, team_id, search)
    return PageOf[PlanView](items=list(found.items), next_cursor=found.next_cursor)


@router.get("/services/{service_id}/plans", dependencies=[needs(Permission.SERVICE_READ)])
def list_service_plans(edge: CurrentEdge, actor: CurrentActor, service_id: str) -> list[PlanView]:
    """The plans that a service offers to you, in their order."""
    with edge.storage.reading() as work:
        return service.plans_of_service(actor, work, service_id)


@router.post("/plans", status_code=HTTPStatus.CREATED, dependencies=[needs(Permission.SERVICE_WRITE)])
def create_plan(edge: CurrentEdge, actor: CurrentActor, given: Annotated[PlanIn, Body(examples=[_PLAN])]) -> PlanView:
    """Offer a plan."""
    with edge.storage.writing() as work:
        return service.create_plan(actor, work, given)


@router.get("/plans/{plan_id}", dependencies=[needs(Permission.SERVICE_READ)])
def get_plan(edge: CurrentEdge, actor: CurrentActor, plan_id: str) -> PlanView:
    """One plan of your teams."""
    with edge.storage.reading() as work:
        return service.get_plan(actor, work, plan_id)


@router.patch("/plans/{plan_id}", dependencies=[needs(Permission.SERVICE_WRITE)])
def change_plan(
    edge: CurrentEdge,
    actor: CurrentActor,
    plan_id: str,
    change: Annotated[PlanChange, Body(examples=[{"rates": [{"calls": 500, "window": "minute"}]}])],
) -> PlanView:
    """Change a plan, for those who have it too, at once."""
    with edge.storage.writing() as work:
        return service.change_plan(actor, work, plan_id, change)


@router.delete("/plans/{plan_id}", status_code=HTTPStatus.NO_CONTENT, dependencies=[needs(Permission.SERVICE_WRITE)])
def delete_plan(edge: CurrentEdge, actor: CurrentActor, plan_id: str) -> None:
    """Remove a plan that nobody has."""
    with edge.storage.writing() as work:
        service.delete_plan(actor, work, plan_id)
