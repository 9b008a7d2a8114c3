"""Subscriptions: which application may call which service."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Query

from passgate.api.dependencies import CurrentActor, CurrentEdge, needs
from passgate.api.paging import PageOf, PageQuery
from passgate.kernel.permissions import Permission
from passgate.publishing.schemas import SubscriptionFilter, SubscriptionIn, SubscriptionStatus, SubscriptionView
from passgate.publishing.service import subscriptions as service

router = APIRouter(prefix="/api/v1/subscriptions", tags=["subscriptions"])

_SUBSCRIPTION = {"service_id": "svc_…", "application_id": "app_…"}


def _wanted(
    service_id: Annotated[str | None, Query(max_length=40)] = None,
    application_id: Annotated[str | None, Query(max_length=40)] = None,
    status: Annotated[SubscriptionStatus | None, Query(description="Only those of this status.")] = None,
) -> SubscriptionFilter:
    return SubscriptionFilter(service_id, application_id, status)


@router.get("", dependencies=[needs(Permission.SUBSCRIPTION_READ)])
def list_subscriptions(
    edge: CurrentEdge, actor: CurrentActor, page: PageQuery, wanted: Annotated[SubscriptionFilter, Depends(_wanted)]
) -> PageOf[SubscriptionView]:
    """Subscriptions of your teams' applications, and to your teams' services."""
    with edge.storage.reading() as work:
        found = service.list_subscriptions(actor, work, page, wanted)
    return PageOf[SubscriptionView](items=list(found.items), next_cursor=found.next_cursor)


@router.post("", status_code=HTTPStatus.CREATED, dependencies=[needs(Permission.SUBSCRIPTION_WRITE)])
def subscribe(
    edge: CurrentEdge, actor: CurrentActor, given: Annotated[SubscriptionIn, Body(examples=[_SUBSCRIPTION])]
) -> SubscriptionView:
    """Let an application call a service, at once."""
    with edge.storage.writing() as work:
        return service.subscribe(actor, work, given.service_id, given.application_id)


@router.get("/{subscription_id}", dependencies=[needs(Permission.SUBSCRIPTION_READ)])
def get_subscription(edge: CurrentEdge, actor: CurrentActor, subscription_id: str) -> SubscriptionView:
    """One subscription."""
    with edge.storage.reading() as work:
        return service.get_subscription(actor, work, subscription_id)


@router.delete("/{subscription_id}", dependencies=[needs(Permission.SUBSCRIPTION_WRITE)])
def unsubscribe(edge: CurrentEdge, actor: CurrentActor, subscription_id: str) -> SubscriptionView:
    """End a subscription, by either side; its calls are refused at once."""
    with edge.storage.writing() as work:
        return service.unsubscribe(actor, work, subscription_id)
