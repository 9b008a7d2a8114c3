"""Notices: what your teams should know of the services that they offer or call."""

from typing import Annotated

from fastapi import APIRouter, Query

from passgate.api.dependencies import CurrentActor, CurrentEdge, needs
from passgate.api.paging import PageOf, PageQuery
from passgate.kernel.permissions import Permission
from passgate.publishing.notices import service
from passgate.publishing.notices.schemas import NoticeView, UnreadNotices

router = APIRouter(prefix="/api/v1/notices", tags=["notices"])


@router.get("", dependencies=[needs(Permission.SUBSCRIPTION_READ)])
def list_notices(
    edge: CurrentEdge,
    actor: CurrentActor,
    page: PageQuery,
    unread: Annotated[bool, Query(description="Only those that nobody has put away.")] = False,  # noqa: FBT002 - a query parameter
) -> PageOf[NoticeView]:
    """Notices for your teams."""
    with edge.storage.reading() as work:
        found = service.list_notices(actor, work, page, unread=unread)
    return PageOf[NoticeView](items=list(found.items), next_cursor=found.next_cursor)


@router.get("/unread", dependencies=[needs(Permission.SUBSCRIPTION_READ)])
def count_unread_notices(edge: CurrentEdge, actor: CurrentActor) -> UnreadNotices:
    """How many notices nobody of your teams has put away."""
    with edge.storage.reading() as work:
        return UnreadNotices(count=service.count_unread(actor, work))


@router.post("/{notice_id}/read", dependencies=[needs(Permission.SUBSCRIPTION_WRITE)])
def put_away_notice(edge: CurrentEdge, actor: CurrentActor, notice_id: str) -> NoticeView:
    """Put a notice away, for the whole team."""
    with edge.storage.writing() as work:
        return service.put_away(actor, work, notice_id)
