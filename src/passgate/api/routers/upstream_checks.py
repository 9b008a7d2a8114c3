"""Asking an upstream whether it answers."""

from typing import Annotated

from fastapi import APIRouter, Body

from passgate.api.dependencies import CurrentActor, CurrentEdge, needs
from passgate.kernel.permissions import Permission
from passgate.publishing.upstream_check import UpstreamCheck, UpstreamCheckIn
from passgate.publishing.upstream_check import check_upstream as check

router = APIRouter(prefix="/api/v1/upstream-checks", tags=["services"])

_UPSTREAM = {"team_id": "team_…", "upstream_url": "http://localhost:9000"}


@router.post("", dependencies=[needs(Permission.SERVICE_WRITE)])
def check_upstream(
    edge: CurrentEdge, actor: CurrentActor, given: Annotated[UpstreamCheckIn, Body(examples=[_UPSTREAM])]
) -> UpstreamCheck:
    """Ask an upstream once, by GET, whether it answers; nothing is kept, and of the answer only its status told."""
    with edge.storage.reading() as work:
        return check(actor, work, given)
