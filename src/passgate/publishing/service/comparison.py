"""What would change if a revision were published."""

from pydantic import BaseModel

from passgate.kernel.actor import Actor
from passgate.kernel.errors import NotFoundError
from passgate.kernel.permissions import Permission
from passgate.publishing import version_repository
from passgate.publishing.change import Change
from passgate.publishing.definition import RevisionDefinition
from passgate.publishing.models import Service, ServiceRevision
from passgate.publishing.revision_diff import changes_between
from passgate.publishing.revision_rows import definition_of
from passgate.publishing.service.revisions import own_revision
from passgate.publishing.service_view import main_revision
from passgate.storage.work import Work


class Comparison(BaseModel):
    """The differences between what answers now and a revision."""

    revision_id: str
    against: str | None
    """The revision compared with; None: nothing answers yet."""
    changes: list[Change]
    breaking: int
    """How many of them may break callers."""


def compare_revision(
    actor: Actor, work: Work, service_id: str, revision_id: str, against: str | None = None
) -> Comparison:
    """Compare a revision with another one, or with the one that gets most of its version's calls now.

    Raises:
        NotFoundError: no such service or revision, or one of a team that the actor has no part in.
        ForbiddenError: without the permission service:read in the service's team.
    """
    service, row = own_revision(actor, work, service_id, revision_id, Permission.SERVICE_READ)
    other = _other(work, service, row, against)
    changes = changes_between(definition_of(other) if other else RevisionDefinition(), definition_of(row))
    if other is None:
        changes = [change.model_copy(update={"breaking": False}) for change in changes]
    breaking = sum(change.breaking for change in changes)
    return Comparison(revision_id=row.id, against=other.id if other else None, changes=changes, breaking=breaking)


def _other(work: Work, service: Service, row: ServiceRevision, against: str | None) -> ServiceRevision | None:
    if against is None:
        return main_revision(version_repository.live_revisions(work, row.version_id), None)
    found = version_repository.find_revision(work, service.id, against)
    if found is None:
        raise NotFoundError("The service has no such revision.", field="against")
    return found
