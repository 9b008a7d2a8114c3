"""The overview: totals, a chart, and who leads."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from passgate.api.dependencies import CurrentActor, CurrentEdge, needs
from passgate.api.paging import PageOf, PageQuery
from passgate.kernel.permissions import Permission
from passgate.metering.schemas import Bucket, Summary
from passgate.metering.service import summary as service
from passgate.metering.service.service_use import DAYS, MOST_DAYS, ServiceUse, use_of_services
from passgate.metering.service.subscription_use import SubscriptionUse, page_of_use

router = APIRouter(prefix="/api/v1/summary", tags=["calls"])

_DAY = timedelta(days=1)


@router.get("", dependencies=[needs(Permission.CALL_READ)])
def get_summary(
    edge: CurrentEdge,
    actor: CurrentActor,
    since: Annotated[datetime | None, Query(description="With a zone; unset: a day before `until`.")] = None,
    until: Annotated[datetime | None, Query(description="With a zone; unset: now.")] = None,
    bucket: Annotated[Bucket, Query(description="Width of the chart's buckets, in UTC.")] = "hour",
) -> Summary:
    """Calls, errors, tokens, cost and latency of your teams, widened to whole buckets."""
    with edge.storage.reading() as work:
        end = until or work.clock.now()
        return service.summary(actor, work, since or end - _DAY, end, bucket)


@router.get("/service-use", dependencies=[needs(Permission.CALL_READ)])
def get_service_use(
    edge: CurrentEdge,
    actor: CurrentActor,
    days: Annotated[int, Query(ge=1, le=MOST_DAYS, description="How far back.")] = DAYS,
) -> list[ServiceUse]:
    """What the applications of your teams made of each service, the most calls first."""
    with edge.storage.reading() as work:
        return use_of_services(actor, work, days)


@router.get("/subscription-use", dependencies=[needs(Permission.CALL_READ)])
def list_subscription_use(
    edge: CurrentEdge,
    actor: CurrentActor,
    page: PageQuery,
    days: Annotated[int, Query(ge=1, le=MOST_DAYS, description="How far back calls, tokens and cost go.")] = DAYS,
) -> PageOf[SubscriptionUse]:
    """What your teams' applications made of what they subscribe to, and how full the plans' quotas and budgets are."""
    with edge.storage.reading() as work:
        found = page_of_use(actor, work, page, days)
    return PageOf[SubscriptionUse](items=list(found.items), next_cursor=found.next_cursor)
