"""Alerts."""

from typing import Annotated

from fastapi import APIRouter, Query

from passgate.api.dependencies import CurrentActor, CurrentEdge, needs
from passgate.api.paging import PageOf, PageQuery
from passgate.kernel.permissions import Permission
from passgate.metering.alerts import service
from passgate.metering.alerts.schemas import AlertView, UnreadAlerts

router = APIRouter(prefix="/api/v1/alerts", tags=["alerts"])


@router.get("", dependencies=[needs(Permission.ALERT_READ)])
def list_alerts(
    edge: CurrentEdge,
    actor: CurrentActor,
    page: PageQuery,
    *,
    unread: Annotated[bool, Query(description="Only those that nobody has acknowledged.")] = False,
) -> PageOf[AlertView]:
    """Alerts of your teams, newest first: budgets, tokens that expire, providers that fail, rejected snapshots."""
    with edge.storage.reading() as work:
        found = service.list_alerts(actor, work, page, unread=unread)
    return PageOf[AlertView](items=list(found.items), next_cursor=found.next_cursor)


@router.get("/unread", dependencies=[needs(Permission.ALERT_READ)])
def count_unread(edge: CurrentEdge, actor: CurrentActor) -> UnreadAlerts:
    """How many alerts nobody has acknowledged."""
    with edge.storage.reading() as work:
        return service.count_unread(actor, work)


@router.post("/acknowledge", dependencies=[needs(Permission.ALERT_READ)])
def acknowledge_all(edge: CurrentEdge, actor: CurrentActor) -> UnreadAlerts:
    """Acknowledge all of your alerts, a hundred at most; what remains."""
    with edge.storage.writing() as work:
        return service.acknowledge_all(actor, work)


@router.post("/{alert_id}/acknowledge", dependencies=[needs(Permission.ALERT_READ)])
def acknowledge(edge: CurrentEdge, actor: CurrentActor, alert_id: str) -> AlertView:
    """Say that somebody has seen to it; it then counts as read for everybody."""
    with edge.storage.writing() as work:
        return service.acknowledge(actor, work, alert_id)
