"""Subscriptions: which application may call which service."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Query

from passgate.api.dependencies import CurrentActor, CurrentEdge, needs
from passgate.api.paging import PageOf, PageQuery
from passgate.kernel.permissions import Permission
from passgate.publishing.subscriptions.schemas import (
    Approval,
    Decision,
    Expiry,
    PlanWish,
    Reason,
    Side,
    SubscriptionFilter,
    SubscriptionIn,
    SubscriptionStatus,
    SubscriptionView,
)
from passgate.publishing.subscriptions.service import deciding, finding, subscribing

router = APIRouter(prefix="/api/v1/subscriptions", tags=["subscriptions"])

_SUBSCRIPTION = {"service_id": "svc_…", "application_id": "app_…"}
_DECISION = {"reason": "Not before the contract is signed."}
_WRITE = needs(Permission.SUBSCRIPTION_WRITE)


def _wanted(
    service_id: Annotated[str | None, Query(max_length=40)] = None,
    application_id: Annotated[str | None, Query(max_length=40)] = None,
    status: Annotated[SubscriptionStatus | None, Query(description="Only those of this status.")] = None,
    side: Annotated[
        Side | None, Query(description="service: only those to your teams' services; application: only your own.")
    ] = None,
    undecided: Annotated[bool, Query(description="Only those that wait for the service's team.")] = False,  # noqa: FBT002 - a query parameter
) -> SubscriptionFilter:
    return SubscriptionFilter(service_id, application_id, status, side, undecided)


@router.get("", dependencies=[needs(Permission.SUBSCRIPTION_READ)])
def list_subscriptions(
    edge: CurrentEdge, actor: CurrentActor, page: PageQuery, wanted: Annotated[SubscriptionFilter, Depends(_wanted)]
) -> PageOf[SubscriptionView]:
    """Subscriptions of your teams' applications, and to your teams' services."""
    with edge.storage.reading() as work:
        found = finding.list_subscriptions(actor, work, page, wanted)
    return PageOf[SubscriptionView](items=list(found.items), next_cursor=found.next_cursor)


@router.post("", status_code=HTTPStatus.CREATED, dependencies=[_WRITE])
def subscribe(
    edge: CurrentEdge, actor: CurrentActor, given: Annotated[SubscriptionIn, Body(examples=[_SUBSCRIPTION])]
) -> SubscriptionView:
    """Let an application call a service: at once, or when the service's team agrees, as the plan says."""
    with edge.storage.writing() as work:
        return subscribing.subscribe(actor, work, given.service_id, given.application_id, given.plan_id, given.note)


@router.get("/{subscription_id}", dependencies=[needs(Permission.SUBSCRIPTION_READ)])
def get_subscription(edge: CurrentEdge, actor: CurrentActor, subscription_id: str) -> SubscriptionView:
    """One subscription."""
    with edge.storage.reading() as work:
        return finding.get_subscription(actor, work, subscription_id)


@router.post("/{subscription_id}/approve", dependencies=[_WRITE])
def approve_subscription(
    edge: CurrentEdge, actor: CurrentActor, subscription_id: str, given: Annotated[Approval, Body(examples=[{}])]
) -> SubscriptionView:
    """Agree to a request, or to the wish for another plan; by the service's team."""
    with edge.storage.writing() as work:
        return deciding.approve(actor, work, subscription_id, given.reason, given.expires_at)


@router.post("/{subscription_id}/reject", dependencies=[_WRITE])
def reject_subscription(
    edge: CurrentEdge, actor: CurrentActor, subscription_id: str, given: Annotated[Decision, Body(examples=[_DECISION])]
) -> SubscriptionView:
    """Decline a request, or the wish for another plan; by the service's team, with a reason."""
    with edge.storage.writing() as work:
        return deciding.reject(actor, work, subscription_id, given.reason)


@router.post("/{subscription_id}/suspend", dependencies=[_WRITE])
def suspend_subscription(
    edge: CurrentEdge, actor: CurrentActor, subscription_id: str, given: Annotated[Decision, Body(examples=[_DECISION])]
) -> SubscriptionView:
    """Refuse its calls until it is resumed; by either side, with a reason by the service's team."""
    with edge.storage.writing() as work:
        return deciding.suspend(actor, work, subscription_id, given.reason)


@router.post("/{subscription_id}/resume", dependencies=[_WRITE])
def resume_subscription(
    edge: CurrentEdge, actor: CurrentActor, subscription_id: str, given: Annotated[Decision, Body(examples=[{}])]
) -> SubscriptionView:
    """Let it call again; by the side that suspended it."""
    with edge.storage.writing() as work:
        return deciding.resume(actor, work, subscription_id, given.reason)


@router.put("/{subscription_id}/plan", dependencies=[_WRITE])
def change_subscription_plan(
    edge: CurrentEdge,
    actor: CurrentActor,
    subscription_id: str,
    given: Annotated[PlanWish, Body(examples=[{"plan_id": "plan_…"}])],
) -> SubscriptionView:
    """Change to another plan of the service: at once, or when the service's team agrees, as the plan says."""
    with edge.storage.writing() as work:
        return subscribing.change_plan(actor, work, subscription_id, given.plan_id, given.note)


@router.put("/{subscription_id}/expiry", dependencies=[_WRITE])
def set_subscription_expiry(
    edge: CurrentEdge,
    actor: CurrentActor,
    subscription_id: str,
    given: Annotated[Expiry, Body(examples=[{"expires_at": "2027-06-30T00:00:00Z"}])],
) -> SubscriptionView:
    """Say when it ends by itself; by the service's team."""
    with edge.storage.writing() as work:
        return deciding.set_expiry(actor, work, subscription_id, given.expires_at)


@router.delete("/{subscription_id}", dependencies=[_WRITE])
def unsubscribe(
    edge: CurrentEdge, actor: CurrentActor, subscription_id: str, reason: Annotated[Reason, Query()] = ""
) -> SubscriptionView:
    """End a subscription, by either side, with a reason by the service's team; its calls are refused at once."""
    with edge.storage.writing() as work:
        return deciding.unsubscribe(actor, work, subscription_id, reason)
