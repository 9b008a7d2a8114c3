"""A service's life as a whole: published, retired, and published again."""

from passgate.kernel.actor import Actor
from passgate.kernel.permissions import Permission
from passgate.publishing import version_repository
from passgate.publishing.errors import WrongStatusError
from passgate.publishing.models import ServiceVersion
from passgate.publishing.revision_rows import open_version
from passgate.publishing.schemas import ServiceView
from passgate.publishing.service.publication import publish_newest
from passgate.publishing.service.retirement import retire_row
from passgate.publishing.service.services import own_service
from passgate.publishing.service_view import shown_version, view_of
from passgate.storage.work import Work


def publish_service(actor: Actor, work: Work, service_id: str) -> ServiceView:
    """Open the route, of a draft or of a retired service; nothing changes where it is open.

    Raises:
        NotFoundError: no such service, or one of a team that the actor has no part in.
        ForbiddenError: without the permission service:publish.
        NotPublishableError: it has no upstream yet.
        ReviewRequiredError: its revision was not approved yet.
    """
    row = own_service(actor, work, service_id, Permission.SERVICE_PUBLISH)
    versions = version_repository.versions_of(work, row.id)
    if row.status == "retired":
        for version in _retired_last(list(versions)):
            open_version(work, row, version)
    elif row.status == "draft":
        shown = shown_version(row, versions)
        if shown is None:
            raise WrongStatusError(f"{row.name} has no version yet.")
        publish_newest(actor, work, row, shown)
    return view_of(actor, work, row)


def retire_service(actor: Actor, work: Work, service_id: str) -> ServiceView:
    """Close every version at once; subscriptions stay, and hold again if it is published again.

    Raises:
        NotFoundError: no such service, or one of a team that the actor has no part in.
        ForbiddenError: without the permission service:publish.
        WrongStatusError: it was never published.
    """
    row = own_service(actor, work, service_id, Permission.SERVICE_PUBLISH)
    if row.status == "draft":
        raise WrongStatusError(f"{row.name} is a draft; only a published service can be retired.")
    now = work.clock.now()
    for version in version_repository.versions_of(work, row.id):
        if version.status in {"published", "deprecated"}:
            retire_row(work, row, version, now)
    return view_of(actor, work, row)


def _retired_last(versions: list[ServiceVersion]) -> list[ServiceVersion]:
    """Those that were retired together, and last."""
    retired = [version for version in versions if version.status == "retired"]
    moments = [version.retired_at for version in retired if version.retired_at is not None]
    return [version for version in retired if not moments or version.retired_at == max(moments)]
