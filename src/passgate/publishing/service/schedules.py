"""Steps of a version's life that are planned for a moment, and made when it has come."""

from collections.abc import Sequence

from sqlalchemy import select

from passgate.kernel.actor import SYSTEM, Actor
from passgate.kernel.errors import InvalidInputError, NotFoundError, PassgateError
from passgate.kernel.permissions import Permission
from passgate.publishing import schedule_rows
from passgate.publishing.errors import WrongStatusError
from passgate.publishing.lifecycle_schemas import DeprecationIn, PublishIn, RetirementIn, ScheduleIn, ScheduleView
from passgate.publishing.models import Service, ServiceSchedule, ServiceVersion
from passgate.publishing.notices.service import tell
from passgate.publishing.revision_rows import settle
from passgate.publishing.service.publication import require_publishable
from passgate.publishing.service.release import publish_revision
from passgate.publishing.service.retirement import deprecate_version, retire_version
from passgate.publishing.service.revisions import own_revision
from passgate.publishing.service.services import own_service
from passgate.publishing.service.versions import own_version, require_successor
from passgate.publishing.version_notices import tell_subscribers
from passgate.storage.work import Storage, Work

_AT_ONCE = 100
_DOING = {"publish": "Publishing", "deprecate": "Deprecating", "retire": "Retiring"}


def list_schedules(actor: Actor, work: Work, service_id: str) -> Sequence[ScheduleView]:
    """What is planned for a service and was, newest first; for its own team.

    Raises:
        NotFoundError: no such service, or one of a team that the actor has no part in.
        ForbiddenError: without the permission service:read in the service's team.
    """
    service = own_service(actor, work, service_id, Permission.SERVICE_READ)
    query = select(ServiceSchedule).where(ServiceSchedule.service_id == service.id)
    rows = work.session.scalars(query.order_by(ServiceSchedule.id.desc()).limit(200))
    return [ScheduleView.model_validate(row) for row in rows]


def plan_step(actor: Actor, work: Work, service_id: str, version_id: str, given: ScheduleIn) -> ScheduleView:
    """Plan a step; whether it may be made is asked now, and whether it can be, again when it is due.

    Raises:
        NotFoundError: no such service, version or revision, or one of a team that the actor has no part in.
        ForbiddenError: without the permission service:publish.
        InvalidInputError: a moment in the past, a revision of another version, or a successor that is not there.
        ReviewRequiredError, NotPublishableError, WrongStatusError: the revision cannot be published.
    """
    service, version = own_version(actor, work, service_id, version_id, Permission.SERVICE_PUBLISH)
    if given.due_at <= work.clock.now():
        raise InvalidInputError("The moment lies in the future.", field="due_at")
    details = _details(actor, work, service, version, given)
    return ScheduleView.model_validate(schedule_rows.plan(actor, work, version, given.act, given.due_at, details))


def cancel_step(actor: Actor, work: Work, service_id: str, schedule_id: str) -> ScheduleView:
    """Take a planned step back; with the retirement of a deprecated version goes its sunset, which callers are told.

    Raises:
        NotFoundError: no such service or step, or one of a team that the actor has no part in.
        ForbiddenError: without the permission service:publish.
        WrongStatusError: it was made already, or taken back.
    """
    service = own_service(actor, work, service_id, Permission.SERVICE_PUBLISH)
    row = work.session.get(ServiceSchedule, schedule_id)
    if row is None or row.service_id != service.id:
        raise NotFoundError("No such step.")
    if row.status != "pending":
        raise WrongStatusError(f"The step is {row.status}.")
    row.status = "cancelled"
    version = work.session.get(ServiceVersion, row.version_id) if row.act == "retire" else None
    if version is not None and version.sunset_at == row.due_at:
        version.sunset_at = None
        tell_subscribers(work, service, version, "deprecated")
        settle(work, service)
    work.session.flush()
    return ScheduleView.model_validate(row)


def make_due_steps(storage: Storage) -> list[ScheduleView]:
    """Make what is due, each step in a unit of work of its own; one that is refused says why, and stops no other."""
    with storage.reading() as work:
        found = schedule_rows.due(work, storage.clock.now(), _AT_ONCE)
    made = []
    for schedule_id in found:
        try:
            with storage.writing() as work:
                done = _make(work, schedule_id)
        except PassgateError as refusal:
            with storage.writing() as work:
                done = _failed(work, schedule_id, refusal)
        if done is not None:
            made.append(done)
    return made


def _make(work: Work, schedule_id: str) -> ScheduleView | None:
    row = schedule_rows.locked(work, schedule_id)
    if row is None or row.status != "pending":
        return None
    work.act_as(SYSTEM)
    # Before the step, which takes back what else is planned of its kind.
    row.status, row.done_at = "done", work.clock.now()
    work.session.flush()
    details = {name: value for name, value in row.details.items() if value is not None}
    if row.act == "publish":
        given = PublishIn(weight=details["weight"])
        publish_revision(SYSTEM, work, row.service_id, details["revision_id"], given)
    elif row.act == "deprecate":
        deprecate_version(SYSTEM, work, row.service_id, row.version_id, DeprecationIn.model_validate(details))
    else:
        retire_version(SYSTEM, work, row.service_id, row.version_id, RetirementIn.model_validate(details))
    return ScheduleView.model_validate(row)


def _failed(work: Work, schedule_id: str, refusal: PassgateError) -> ScheduleView | None:
    row = schedule_rows.locked(work, schedule_id)
    if row is None or row.status != "pending":
        return None
    work.act_as(SYSTEM)
    row.status, row.done_at, row.failure = "failed", work.clock.now(), refusal.message
    service, version = work.session.get(Service, row.service_id), work.session.get(ServiceVersion, row.version_id)
    if service is not None and version is not None:
        text = f"{_DOING[row.act]} {service.name} {version.name} as planned failed: {refusal.message}"
        tell(work, service.team_id, "schedule.failed", version.id, text, service.id)
    work.session.flush()
    return ScheduleView.model_validate(row)


def _details(
    actor: Actor, work: Work, service: Service, version: ServiceVersion, given: ScheduleIn
) -> dict[str, str | int | None]:
    if given.revision_id is not None:
        _, row = own_revision(actor, work, service.id, given.revision_id, Permission.SERVICE_PUBLISH)
        if row.version_id != version.id:
            raise InvalidInputError("It is a revision of another version.", field="revision_id")
        require_publishable(actor, work, service, row)
        return {"revision_id": row.id, "weight": given.weight}
    if given.successor is not None:
        require_successor(work, service, version, given.successor)
    if given.act == "retire":
        return {"successor": given.successor}
    if given.sunset_at is not None and given.sunset_at <= given.due_at:
        raise InvalidInputError("The sunset lies after the deprecation.", field="sunset_at")
    sunset = given.sunset_at.isoformat() if given.sunset_at is not None else None
    return {"sunset_at": sunset, "successor": given.successor}
