"""Four eyes: a revision is submitted by one person and approved by another."""

from passgate.kernel.actor import Actor
from passgate.kernel.permissions import Permission
from passgate.publishing.definition_checks import check_publishable
from passgate.publishing.errors import OwnRevisionError, WrongStatusError
from passgate.publishing.lifecycle_schemas import ReviewIn
from passgate.publishing.models import Service, ServiceRevision, ServiceVersion
from passgate.publishing.notices.service import put_away_of, tell
from passgate.publishing.revision_rows import definition_of
from passgate.publishing.service.revisions import detail_of, own_revision
from passgate.publishing.version_schemas import RevisionDetail
from passgate.storage.work import Work

_ASKED = "revision.submitted"


def submit_revision(actor: Actor, work: Work, service_id: str, revision_id: str) -> RevisionDetail:
    """Have a draft reviewed; from now on it does not change.

    Raises:
        NotFoundError: no such service or revision, or one of a team that the actor has no part in.
        ForbiddenError: without the permission service:write.
        WrongStatusError: it is no draft.
        NotPublishableError: it has nothing to answer with.
    """
    service, row = own_revision(actor, work, service_id, revision_id, Permission.SERVICE_WRITE)
    _require(row, "draft")
    check_publishable(definition_of(row), service.kind)
    row.status, row.submitted_at, row.submitted_by = "in_review", work.clock.now(), actor.id
    row.reviewed_at = row.reviewed_by = None
    tell(work, service.team_id, _ASKED, row.id, f"{_name(work, service, row)} waits for its review.", service.id)
    work.session.flush()
    return detail_of(row)


def withdraw_revision(actor: Actor, work: Work, service_id: str, revision_id: str) -> RevisionDetail:
    """Take a revision back from its review, or an approved one from its publication; it is a draft again.

    Raises:
        NotFoundError: no such service or revision, or one of a team that the actor has no part in.
        ForbiddenError: without the permission service:write.
        WrongStatusError: it is neither in review nor approved.
    """
    service, row = own_revision(actor, work, service_id, revision_id, Permission.SERVICE_WRITE)
    _require(row, "in_review", "approved")
    put_away_of(work, service.id, row.id, (_ASKED,))
    row.status = "draft"
    row.submitted_at = row.submitted_by = row.reviewed_at = row.reviewed_by = None
    work.session.flush()
    return detail_of(row)


def approve_revision(actor: Actor, work: Work, service_id: str, revision_id: str, given: ReviewIn) -> RevisionDetail:
    """Let a revision be published.

    Raises:
        NotFoundError: no such service or revision, or one of a team that the actor has no part in.
        ForbiddenError: without the permission service:review.
        OwnRevisionError: the actor wrote or submitted it.
        WrongStatusError: it is not in review.
    """
    return _reviewed(actor, work, service_id, revision_id, "approved", given)


def reject_revision(actor: Actor, work: Work, service_id: str, revision_id: str, given: ReviewIn) -> RevisionDetail:
    """Refuse a revision; its author makes a new one of it.

    Raises:
        NotFoundError, ForbiddenError, OwnRevisionError, WrongStatusError: as :func:`approve_revision`.
    """
    return _reviewed(actor, work, service_id, revision_id, "rejected", given)


def _reviewed(  # noqa: PLR0913, PLR0917 - who reviews what, and how
    actor: Actor, work: Work, service_id: str, revision_id: str, status: str, given: ReviewIn
) -> RevisionDetail:
    service, row = own_revision(actor, work, service_id, revision_id, Permission.SERVICE_REVIEW)
    _require(row, "in_review")
    if actor.id in {row.created_by, row.submitted_by, *row.authors}:
        raise OwnRevisionError("Somebody else than its author reviews a revision.")
    row.status, row.reviewed_at, row.reviewed_by = status, work.clock.now(), actor.id
    row.review_note = given.note
    put_away_of(work, service.id, row.id, (_ASKED,))
    why = f": {given.note}" if given.note else "."
    tell(
        work,
        service.team_id,
        f"revision.{status}",
        row.id,
        f"{_name(work, service, row)} was {status}{why}",
        service.id,
    )
    work.session.flush()
    return detail_of(row)


def _name(work: Work, service: Service, row: ServiceRevision) -> str:
    version = work.session.get_one(ServiceVersion, row.version_id)
    return f"Revision {row.number} of {service.name} {version.name}"


def _require(row: ServiceRevision, *states: str) -> None:
    if row.status not in states:
        wanted = " or ".join(states).replace("_", " ")
        raise WrongStatusError(f"Revision {row.number} is {row.status.replace('_', ' ')}, not {wanted}.")
