"""Rows of what is planned for versions."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select

from passgate.kernel.actor import Actor
from passgate.publishing.models import ServiceSchedule, ServiceVersion
from passgate.storage.work import Work


def plan(  # noqa: PLR0913, PLR0917 - all that a row has
    actor: Actor,
    work: Work,
    version: ServiceVersion,
    act: str,
    due_at: datetime,
    details: Mapping[str, str | int | None] | None = None,
) -> ServiceSchedule:
    """Plan a step."""
    row = ServiceSchedule(
        id=work.ids.new("sched"),
        service_id=version.service_id,
        version_id=version.id,
        team_id=version.team_id,
        act=act,
        details=dict(details or {}),
        due_at=due_at,
        status="pending",
        failure="",
        created_at=work.clock.now(),
        created_by=actor.id,
    )
    work.session.add(row)
    work.session.flush()
    return row


def cancel_pending(work: Work, version_id: str, *acts: str) -> None:
    """Take back what is planned of these acts."""
    query = select(ServiceSchedule).where(
        ServiceSchedule.version_id == version_id,
        ServiceSchedule.status == "pending",
        ServiceSchedule.act.in_(acts),
    )
    for row in work.session.scalars(query).all():
        row.status = "cancelled"
    work.session.flush()


def due(work: Work, now: datetime, limit: int) -> Sequence[str]:
    """Ids of what is due, the oldest first."""
    query = select(ServiceSchedule.id).where(ServiceSchedule.status == "pending", ServiceSchedule.due_at <= now)
    return work.session.scalars(query.order_by(ServiceSchedule.due_at, ServiceSchedule.id).limit(limit)).all()


def locked(work: Work, schedule_id: str) -> ServiceSchedule | None:
    """The row for this unit of work alone; None: another process has it, or it is gone."""
    query = select(ServiceSchedule).where(ServiceSchedule.id == schedule_id)
    return work.session.scalar(query.with_for_update(skip_locked=True))
