"""Planned steps of a service's versions, as parts of its document."""

from collections.abc import Iterable

from sqlalchemy import select

from passgate.declaring.desk import Desk, at_field
from passgate.declaring.kinds.version_life import newest_revision
from passgate.declaring.service_document import SchedulePart
from passgate.kernel.permissions import Permission
from passgate.publishing.lifecycle_schemas import ScheduleIn
from passgate.publishing.models import ServiceSchedule, ServiceVersion
from passgate.publishing.service import schedules
from passgate.publishing.service.services import own_service

Parts = tuple[SchedulePart, ...]


def present_schedules(desk: Desk, service_id: str) -> Parts:
    """What is planned and not made yet."""
    own_service(desk.actor, desk.work, service_id, Permission.SERVICE_READ)
    return _ordered(part for _, part in _planned(desk, service_id))


def settled_schedules(desk: Desk, given: Parts | None, present: Parts) -> Parts:
    """As they are where the document does not say; a step whose moment has passed is made, and is none any more."""
    if given is None:
        return present
    return _ordered(part for part in given if part.due_at > desk.work.clock.now())


def settle_schedules(desk: Desk, service_id: str, wanted: Parts) -> None:
    """Take back what is not named, and plan what is new; publish stands for the version's newest revision."""
    missing = list(wanted)
    for schedule_id, part in _planned(desk, service_id):
        if part in missing:
            missing.remove(part)
        else:
            schedules.cancel_step(desk.actor, desk.work, service_id, schedule_id)
    for part in missing:
        with at_field(f"schedules.{part.version}"):
            revision = newest_revision(desk, service_id, part.version) if part.act == "publish" else None
            given = ScheduleIn(revision_id=revision, **part.model_dump(exclude={"version"}))
            schedules.plan_step(desk.actor, desk.work, service_id, part.version, given)


def _planned(desk: Desk, service_id: str) -> list[tuple[str, SchedulePart]]:
    """Ids with their parts, less the retirements that deprecations made."""
    query = (
        select(ServiceSchedule, ServiceVersion)
        .join(ServiceVersion, ServiceVersion.id == ServiceSchedule.version_id)
        .where(ServiceSchedule.service_id == service_id, ServiceSchedule.status == "pending")
    )
    found = []
    for row, version in desk.work.session.execute(query.order_by(ServiceSchedule.id)):
        if row.act == "retire" and version.status == "deprecated" and row.due_at == version.sunset_at:
            continue
        details = {name: value for name, value in row.details.items() if name != "revision_id" and value is not None}
        part = {"version": version.name, "act": row.act, "due_at": row.due_at, **details}
        found.append((row.id, SchedulePart.model_validate(part)))
    return found


def _ordered(parts: Iterable[SchedulePart]) -> Parts:
    return tuple(sorted(set(parts), key=lambda part: (part.due_at, part.version, part.act)))
