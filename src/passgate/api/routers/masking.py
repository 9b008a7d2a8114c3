"""The log of masking."""

from typing import Annotated

from fastapi import APIRouter, Query

from passgate.api.dependencies import CurrentActor, CurrentEdge, needs
from passgate.api.paging import PageOf, PageQuery
from passgate.kernel.permissions import Permission
from passgate.metering.schemas import MaskingFindView
from passgate.metering.service import masking as service

router = APIRouter(prefix="/api/v1/masking-finds", tags=["policies"])


@router.get("", dependencies=[needs(Permission.CALL_READ)])
def list_masking_finds(
    edge: CurrentEdge,
    actor: CurrentActor,
    page: PageQuery,
    application_id: Annotated[str | None, Query(max_length=40)] = None,
) -> PageOf[MaskingFindView]:
    """What masking found in calls of your teams, newest first: rule, place and count, never the find itself."""
    with edge.storage.reading() as work:
        found = service.list_masking_finds(actor, work, page, application_id)
    return PageOf[MaskingFindView](items=list(found.items), next_cursor=found.next_cursor)
