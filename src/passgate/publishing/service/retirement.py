"""The end of a version: deprecated, retired, and what of that can be undone."""

from datetime import datetime

from passgate.kernel.actor import Actor
from passgate.kernel.errors import InvalidInputError
from passgate.kernel.permissions import Permission
from passgate.publishing import schedule_rows
from passgate.publishing.errors import WrongStatusError
from passgate.publishing.lifecycle_schemas import DeprecationIn, RetirementIn
from passgate.publishing.models import Service, ServiceVersion
from passgate.publishing.revision_rows import open_version, settle
from passgate.publishing.service.versions import own_version, require_successor, version_view
from passgate.publishing.version_notices import tell_subscribers
from passgate.publishing.version_schemas import VersionView
from passgate.storage.work import Work

_PUBLISH = Permission.SERVICE_PUBLISH


def deprecate_version(actor: Actor, work: Work, service_id: str, version_id: str, given: DeprecationIn) -> VersionView:
    """Tell callers that a version will go, in the headers Deprecation (RFC 9745) and Sunset (RFC 8594).

    On the sunset date it retires itself. Subscribers get a notice. A second call changes dates and successor.

    Raises:
        NotFoundError: no such service or version, or one of a team that the actor has no part in.
        ForbiddenError: without the permission service:publish.
        WrongStatusError: it is not published.
        InvalidInputError: a sunset in the past or before the deprecation, or a successor that is not there.
    """
    service, version = own_version(actor, work, service_id, version_id, _PUBLISH)
    if version.status not in {"published", "deprecated"}:
        raise WrongStatusError(f"{version.name} is {version.status}; only a published version can be deprecated.")
    now = work.clock.now()
    deprecated_at = given.deprecated_at or version.deprecated_at or now
    if given.sunset_at is not None and given.sunset_at < max(now, deprecated_at):
        raise InvalidInputError("The sunset lies in the future, after the deprecation.", field="sunset_at")
    _name_successor(work, service, version, given)
    version.status, version.deprecated_at, version.sunset_at = "deprecated", deprecated_at, given.sunset_at
    schedule_rows.cancel_pending(work, version.id, "retire")
    if given.sunset_at is not None:
        schedule_rows.plan(actor, work, version, "retire", given.sunset_at)
    tell_subscribers(work, service, version, "deprecated")
    settle(work, service)
    return version_view(work, service, version)


def undeprecate_version(actor: Actor, work: Work, service_id: str, version_id: str) -> VersionView:
    """Take a deprecation back, with its sunset; subscribers get a notice.

    Raises:
        NotFoundError: no such service or version, or one of a team that the actor has no part in.
        ForbiddenError: without the permission service:publish.
        WrongStatusError: it is not deprecated.
    """
    service, version = own_version(actor, work, service_id, version_id, _PUBLISH)
    if version.status != "deprecated":
        raise WrongStatusError(f"{version.name} is {version.status}, not deprecated.")
    version.status = "published"
    version.deprecated_at = version.sunset_at = version.successor = None
    schedule_rows.cancel_pending(work, version.id, "retire")
    tell_subscribers(work, service, version, "undeprecated")
    settle(work, service)
    return version_view(work, service, version)


def retire_version(
    actor: Actor, work: Work, service_id: str, version_id: str, given: RetirementIn | None = None
) -> VersionView:
    """Close a version: its calls get 410 with the successor's name. Subscribers get a notice.

    Raises:
        NotFoundError: no such service or version, or one of a team that the actor has no part in.
        ForbiddenError: without the permission service:publish.
        WrongStatusError: it is not published.
        InvalidInputError: a successor that is not there.
    """
    service, version = own_version(actor, work, service_id, version_id, _PUBLISH)
    _name_successor(work, service, version, given or RetirementIn())
    retire_row(work, service, version, work.clock.now())
    return version_view(work, service, version)


def retire_row(work: Work, service: Service, version: ServiceVersion, moment: datetime) -> None:
    """Close a version.

    Raises:
        WrongStatusError: it is not published.
    """
    if version.status not in {"published", "deprecated"}:
        raise WrongStatusError(f"{version.name} is {version.status}; only a published version can be retired.")
    version.status, version.retired_at = "retired", moment
    schedule_rows.cancel_pending(work, version.id, "retire", "deprecate", "publish")
    tell_subscribers(work, service, version, "retired")
    settle(work, service)


def republish_version(actor: Actor, work: Work, service_id: str, version_id: str) -> VersionView:
    """Open a retired version again, with the revisions that it had.

    Raises:
        NotFoundError: no such service or version, or one of a team that the actor has no part in.
        ForbiddenError: without the permission service:publish.
        WrongStatusError: it is not retired.
    """
    service, version = own_version(actor, work, service_id, version_id, _PUBLISH)
    if version.status != "retired":
        raise WrongStatusError(f"{version.name} is {version.status}, not retired.")
    version.sunset_at = None
    open_version(work, service, version)
    tell_subscribers(work, service, version, "republished")
    return version_view(work, service, version)


def _name_successor(work: Work, service: Service, version: ServiceVersion, given: DeprecationIn | RetirementIn) -> None:
    """Keep what the input says of the successor; where it says nothing, what was."""
    if "successor" not in given.model_fields_set:
        return
    if given.successor is not None:
        require_successor(work, service, version, given.successor)
    version.successor = given.successor
