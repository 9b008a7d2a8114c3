"""How each revision of a service does: what its owners look at before they give it more of the calls."""

from datetime import timedelta

from pydantic import BaseModel
from sqlalchemy import case, func, select

from passgate.kernel.actor import Actor
from passgate.kernel.permissions import Permission
from passgate.metering.models import Call
from passgate.publishing.service.services import own_service
from passgate.storage.work import Work

_STRETCH = timedelta(hours=1)
_SERVER_ERROR = 500


class RevisionTraffic(BaseModel):
    """A revision's calls of the last hour, whosever applications made them."""

    revision_id: str
    calls: int
    failed: int
    """Answered with 500 or more, or not at all; what callers did wrong is not in it."""
    average_ms: int


def revision_traffic(actor: Actor, work: Work, service_id: str) -> list[RevisionTraffic]:
    """The calls of the last hour by revision; sums alone, since the calls are other teams', too.

    Raises:
        NotFoundError: no such service, or one of a team that the actor has no part in.
        ForbiddenError: without the permission service:read in the service's team.
    """
    service = own_service(actor, work, service_id, Permission.SERVICE_READ)
    failed = case((Call.status >= _SERVER_ERROR, 1), (Call.status == 0, 1), else_=0)
    query = (
        select(
            Call.revision_id,
            func.count(Call.id).label("calls"),
            func.sum(failed).label("failed"),
            func.avg(Call.duration_ms).label("average_ms"),
        )
        .where(Call.service_id == service.id, Call.started_at >= work.clock.now() - _STRETCH)
        .where(Call.revision_id.is_not(None))
        .group_by(Call.revision_id)
    )
    return [
        RevisionTraffic(
            revision_id=row.revision_id, calls=row.calls, failed=int(row.failed), average_ms=round(row.average_ms)
        )
        for row in work.session.execute(query)
    ]
