"""Limits and budgets."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Body, Query

from passgate.api.dependencies import CurrentActor, CurrentEdge, needs
from passgate.api.paging import PageOf, PageQuery
from passgate.contracts.limits import LimitScope
from passgate.kernel.permissions import Permission
from passgate.metering.budgets.fill import Fill, fill_of
from passgate.publishing.limits import service
from passgate.publishing.limits.schemas import LimitChange, LimitIn, LimitView

router = APIRouter(prefix="/api/v1/limits", tags=["limits"])

_LIMIT = {
    "name": "Team month",
    "scope": "team",
    "target": "team_…",
    "measure": "money",
    "window": "month",
    "amount": 50_000_000,
}


@router.get("", dependencies=[needs(Permission.LIMIT_READ)])
def list_limits(
    edge: CurrentEdge,
    actor: CurrentActor,
    page: PageQuery,
    scope: Annotated[LimitScope | None, Query(description="Only limits on such things.")] = None,
    target: Annotated[str | None, Query(max_length=40, description="Only limits on the thing of this id.")] = None,
) -> PageOf[LimitView]:
    """Limits on your teams and on what is theirs."""
    with edge.storage.reading() as work:
        found = service.list_limits(actor, work, page, scope, target)
    return PageOf[LimitView](items=list(found.items), next_cursor=found.next_cursor)


@router.post("", status_code=HTTPStatus.CREATED, dependencies=[needs(Permission.LIMIT_WRITE)])
def create_limit(
    edge: CurrentEdge, actor: CurrentActor, given: Annotated[LimitIn, Body(examples=[_LIMIT])]
) -> LimitView:
    """Limit a token, application, team, user, model or provider, at once.

    Where no Valkey is configured (`PASSGATE_VALKEY_URL`), each worker of each node gives its share of the limit: the
    amount divided by workers and nodes, rounded up.
    """
    with edge.storage.writing() as work:
        return service.create_limit(actor, work, given)


@router.get("/{limit_id}", dependencies=[needs(Permission.LIMIT_READ)])
def get_limit(edge: CurrentEdge, actor: CurrentActor, limit_id: str) -> LimitView:
    """One limit."""
    with edge.storage.reading() as work:
        return service.get_limit(actor, work, limit_id)


@router.get("/{limit_id}/fill", dependencies=[needs(Permission.LIMIT_READ)])
def get_fill(edge: CurrentEdge, actor: CurrentActor, limit_id: str) -> Fill:
    """How much of a budget is spent in its present window, by the ledger; calls under way are not in it."""
    with edge.storage.reading() as work:
        return fill_of(work, [service.get_limit(actor, work, limit_id)])[0]


@router.patch("/{limit_id}", dependencies=[needs(Permission.LIMIT_WRITE)])
def change_limit(edge: CurrentEdge, actor: CurrentActor, limit_id: str, change: LimitChange) -> LimitView:
    """Change name or amount; what was used in the window counts on."""
    with edge.storage.writing() as work:
        return service.change_limit(actor, work, limit_id, change)


@router.delete("/{limit_id}", status_code=HTTPStatus.NO_CONTENT, dependencies=[needs(Permission.LIMIT_WRITE)])
def delete_limit(edge: CurrentEdge, actor: CurrentActor, limit_id: str) -> None:
    """Lift a limit."""
    with edge.storage.writing() as work:
        service.delete_limit(actor, work, limit_id)
