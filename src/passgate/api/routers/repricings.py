"""Corrections of prices."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Body

from passgate.api.dependencies import CurrentActor, CurrentEdge, needs
from passgate.api.paging import PageOf, PageQuery
from passgate.kernel.permissions import Permission
from passgate.metering.ledger import repricing as service
from passgate.metering.ledger.schemas import RepricingIn, RepricingPreview, RepricingView

router = APIRouter(prefix="/api/v1/repricings", tags=["calls"])

_EXAMPLE = {
    "model": "gpt-5-mini",
    "since": "2026-11-01T00:00:00Z",
    "until": "2026-11-24T00:00:00Z",
    "price": {"input": "0.25", "output": "2", "cached_input": "0.025"},
    "reason": "The contract's price holds since November",
}
_Given = Annotated[RepricingIn, Body(examples=[_EXAMPLE])]


@router.get("", dependencies=[needs(Permission.LEDGER_READ)])
def list_repricings(edge: CurrentEdge, actor: CurrentActor, page: PageQuery) -> PageOf[RepricingView]:
    """Corrections of prices, newest first."""
    with edge.storage.reading() as work:
        found = service.list_repricings(actor, work, page)
    return PageOf[RepricingView](items=list(found.items), next_cursor=found.next_cursor)


@router.post("/preview", dependencies=[needs(Permission.LEDGER_WRITE)])
def preview_repricing(edge: CurrentEdge, actor: CurrentActor, given: _Given) -> RepricingPreview:
    """What a correction would change; nothing is changed."""
    with edge.storage.reading() as work:
        return service.preview_repricing(actor, work, given)


@router.post("", status_code=HTTPStatus.CREATED, dependencies=[needs(Permission.LEDGER_WRITE)])
def reprice(edge: CurrentEdge, actor: CurrentActor, given: _Given) -> RepricingView:
    """Charge calls of a time anew, 100,000 at most.

    Their old entries are kept, new ones stand beside them, and all sums change in the same transaction. Without a
    price, each call gets the one that its deployment has now.
    """
    with edge.storage.writing() as work:
        return service.reprice(actor, work, given)
