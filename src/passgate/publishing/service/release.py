"""Which revisions get a version's calls."""

from passgate.kernel.actor import Actor
from passgate.kernel.permissions import Permission
from passgate.publishing.lifecycle_schemas import PublishIn, WeightsIn
from passgate.publishing.service.publication import publish_row, roll_back_version, set_weights_of
from passgate.publishing.service.revisions import own_revision, version_of
from passgate.publishing.service.versions import own_version, version_view
from passgate.publishing.version_schemas import VersionView
from passgate.storage.work import Work

_PUBLISH = Permission.SERVICE_PUBLISH


def publish_revision(
    actor: Actor, work: Work, service_id: str, revision_id: str, given: PublishIn | None = None
) -> VersionView:
    """Give a revision all calls of its version, or a part; also one that was published before.

    Raises:
        NotFoundError: no such service or revision, or one of a team that the actor has no part in.
        ForbiddenError: without the permission service:publish.
        ReviewRequiredError: it was not approved yet.
        NotPublishableError: it has nothing to answer with.
        WrongStatusError: it was rejected.
        InvalidInputError: a part of the calls, where no other revision takes the rest.
    """
    service, row = own_revision(actor, work, service_id, revision_id, _PUBLISH)
    version = version_of(work, row)
    publish_row(actor, work, service, version, row, (given or PublishIn()).weight)
    return version_view(work, service, version)


def set_weights(actor: Actor, work: Work, service_id: str, version_id: str, given: WeightsIn) -> VersionView:
    """Share a version's calls between revisions; one that is not named leaves the gate.

    Raises:
        NotFoundError: no such service, version or revision, or one of a team that the actor has no part in.
        InvalidInputError: the weights do not add up to 100.
        ForbiddenError, ReviewRequiredError, NotPublishableError, WrongStatusError: as :func:`publish_revision`.
    """
    service, version = own_version(actor, work, service_id, version_id, _PUBLISH)
    set_weights_of(actor, work, service, version, given.weights)
    return version_view(work, service, version)


def roll_back(actor: Actor, work: Work, service_id: str, version_id: str) -> VersionView:
    """Go back to the revision before; a second time, to the one before that.

    Raises:
        NotFoundError: no such service or version, or one of a team that the actor has no part in.
        ForbiddenError: without the permission service:publish.
        WrongStatusError: there was none before.
    """
    service, version = own_version(actor, work, service_id, version_id, _PUBLISH)
    roll_back_version(actor, work, service, version)
    return version_view(work, service, version)
