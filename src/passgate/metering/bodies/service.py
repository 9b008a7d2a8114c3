"""Reading what calls said, and deleting what is old enough."""

from datetime import timedelta

from sqlalchemy import delete, select

from passgate.identity.models import Application
from passgate.kernel.actor import Actor
from passgate.kernel.errors import NotFoundError
from passgate.kernel.permissions import Permission
from passgate.metering.bodies.models import CallBody
from passgate.metering.bodies.schemas import BodyView
from passgate.metering.service.calls import get_call
from passgate.storage.audit.capture import Act
from passgate.storage.work import Work


def read_body(actor: Actor, work: Work, call_id: int) -> BodyView:
    """What one call said; the audit log tells who has read it.

    Raises:
        ForbiddenError: without the permissions call:read and body:read in the call's team.
        NotFoundError: no such call, one of another team, or one of which nothing is kept.
    """
    call = get_call(actor, work, call_id)
    actor.require(Permission.BODY_READ, call.team_id, what="call")
    found = work.session.get(CallBody, call.request_id)
    if found is None:
        raise NotFoundError("Nothing is kept of what this call said.", code="body_not_kept")
    work.note(Act("body.read", "call", call.request_id, call.model or "", team_id=call.team_id))
    return BodyView(
        request=work.vault.open(found.sealed_request),
        request_bytes=found.request_bytes,
        reply=work.vault.open(found.sealed_reply),
        reply_bytes=found.reply_bytes,
    )


def may_read_body(actor: Actor, work: Work, call_id: int) -> bool:
    """Whether something is kept of what a call said, and the actor may read it.

    Raises:
        ForbiddenError: without the permission call:read.
        NotFoundError: no such call, or one of another team.
    """
    call = get_call(actor, work, call_id)
    is_kept = select(CallBody.request_id).where(CallBody.request_id == call.request_id)
    return actor.may(Permission.BODY_READ, call.team_id) and work.session.scalar(is_kept) is not None


def delete_old_bodies(work: Work, batch: int = 2_000) -> int:
    """Delete what its application keeps no longer, ``batch`` of each at most; how many.

    For the node's own upkeep, as :func:`~passgate.metering.service.retention.delete_before`.
    """
    rows = work.session.execute(select(Application.id, Application.body_log_days))
    days = {row.id: row.body_log_days for row in rows}
    gone = 0
    for application_id in work.session.scalars(select(CallBody.application_id).distinct()).all():
        kept = timedelta(days=days.get(application_id) or 0)  # switched off, or deleted: nothing is kept
        old = (
            select(CallBody.request_id)
            .where(CallBody.application_id == application_id, CallBody.started_at < work.clock.now() - kept)
            .limit(batch)
        )
        ids = work.session.scalars(old).all()
        if ids:
            work.session.execute(delete(CallBody).where(CallBody.request_id.in_(ids)))
        gone += len(ids)
    return gone
