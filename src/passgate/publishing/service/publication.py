"""Publishing revisions: at once or with a part of the calls, and going back."""

from passgate.kernel.actor import Actor
from passgate.kernel.permissions import Permission
from passgate.publishing import version_repository
from passgate.publishing.definition_checks import check_publishable
from passgate.publishing.errors import ReviewRequiredError, WrongStatusError
from passgate.publishing.models import Service, ServiceRevision, ServiceVersion
from passgate.publishing.revision_rows import definition_of, go_live
from passgate.storage.work import Work


def publish_row(actor: Actor, work: Work, service: Service, version: ServiceVersion, row: ServiceRevision) -> None:
    """Give a revision all calls of its version.

    Raises:
        ForbiddenError: without the permission service:publish.
        ReviewRequiredError: it was not approved yet.
        NotPublishableError: it has nothing to answer with.
        WrongStatusError: it was rejected.
    """
    require_publishable(actor, service, row)
    go_live(actor, work, service, version, row)


def require_publishable(actor: Actor, service: Service, row: ServiceRevision) -> None:
    """Refuse as :func:`publish_row` does."""
    actor.require(Permission.SERVICE_PUBLISH, service.team_id, what="service")
    if row.status == "rejected":
        raise WrongStatusError(f"Revision {row.number} was rejected.")
    if row.status == "in_review" or (row.status == "draft" and service.review_required):
        raise ReviewRequiredError(f"Revision {row.number} has to be approved before it is published.")
    check_publishable(definition_of(row), service.kind)


def publish_newest(actor: Actor, work: Work, service: Service, version: ServiceVersion) -> None:
    """Publish what the version has newest; raises as :func:`publish_row`."""
    row = version_repository.newest_revision(work, version.id)
    if row is None:
        raise WrongStatusError(f"Version {version.name} has no revision yet.")
    publish_row(actor, work, service, version, row)
