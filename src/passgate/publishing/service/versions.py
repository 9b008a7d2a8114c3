"""Versions of a service: listed, added, changed, removed."""

from collections.abc import Sequence

from passgate.kernel.actor import Actor
from passgate.kernel.errors import InvalidInputError, NotFoundError
from passgate.kernel.permissions import Permission
from passgate.publishing import version_repository
from passgate.publishing.definition import RevisionDefinition
from passgate.publishing.errors import VersionExistsError, WrongStatusError
from passgate.publishing.models import Service, ServiceRevision, ServiceVersion
from passgate.publishing.revision_rows import definition_of, new_revision, new_version, settle
from passgate.publishing.secrets import sealed_definition
from passgate.publishing.service.services import (
    keep_addresses,
    own_service,
    visible_service,
    writable_service,
)
from passgate.publishing.version_schemas import LiveRevision, VersionChange, VersionIn, VersionView
from passgate.storage.constraints import refusing
from passgate.storage.work import Work


def list_versions(actor: Actor, work: Work, service_id: str) -> list[VersionView]:
    """The service's versions, oldest first; of another team's service, without drafts.

    Raises:
        NotFoundError: no such service, or none that the actor may find.
        ForbiddenError: without the permission service:read.
    """
    service = visible_service(actor, work, service_id)
    own = actor.may(Permission.SERVICE_READ, service.team_id)
    live = version_repository.live_of_services(work, [service.id])
    rows = version_repository.versions_of(work, service.id)
    return [_view(service, row, live[row.id] if own else ()) for row in rows if own or row.status != "draft"]


def get_version(actor: Actor, work: Work, service_id: str, version_id: str) -> VersionView:
    """One version, by its id or name.

    Raises:
        NotFoundError: no such service or version, or none that the actor may find.
        ForbiddenError: without the permission service:read.
    """
    service = visible_service(actor, work, service_id)
    row = version_row(work, service, version_id)
    own = actor.may(Permission.SERVICE_READ, service.team_id)
    if row.status == "draft" and not own:
        raise NotFoundError("No such version.")
    return _view(service, row, version_repository.live_revisions(work, row.id) if own else ())


def create_version(actor: Actor, work: Work, service_id: str, given: VersionIn) -> VersionView:
    """Add a version, as a draft with one revision.

    Raises:
        NotFoundError: no such service or revision, or one of a team that the actor has no part in.
        ForbiddenError: without the permission service:write.
        VersionExistsError: there is one of that name.
        InvalidInputError: a definition that breaks a rule, or a definition and a revision to copy.
    """
    service = writable_service(actor, work, service_id)
    taken = VersionExistsError(f"{service.name} has a version {given.name}.", field="name")
    if version_repository.version_named(work, service.id, given.name) is not None:
        raise taken
    definition = _definition(actor, work, service, given)
    with refusing(work, taken):
        row = new_version(actor, work, service, given.name, given.hosts)
    new_revision(actor, work, service, row, definition, given.note)
    keep_addresses(work, service)
    settle(work, service)
    return _view(service, row, ())


def update_version(actor: Actor, work: Work, service_id: str, version_id: str, change: VersionChange) -> VersionView:
    """Change a version's hosts or successor.

    Raises:
        NotFoundError: no such service or version, or one of a team that the actor has no part in.
        ForbiddenError: without the permission service:write; of a published version, without service:publish.
        HostTakenError: another team's service, or Passgate itself, answers at one of the hosts.
    """
    service = writable_service(actor, work, service_id)
    row = version_row(work, service, version_id)
    if row.status != "draft":
        actor.require(Permission.SERVICE_PUBLISH, service.team_id, what="service")
    if change.hosts is not None:
        row.hosts = list(change.hosts)
        work.session.flush()
        keep_addresses(work, service)
    if "successor" in change.model_fields_set:
        if change.successor is not None:
            require_successor(work, service, row, change.successor)
        row.successor = change.successor
    work.session.flush()
    return _view(service, row, version_repository.live_revisions(work, row.id))


def delete_version(actor: Actor, work: Work, service_id: str, version_id: str) -> None:
    """Remove a draft or a retired version, with its revisions.

    Raises:
        NotFoundError: no such service or version, or one of a team that the actor has no part in.
        ForbiddenError: without the permission service:write.
        WrongStatusError: callers may depend on it, or it is the only one.
    """
    service = writable_service(actor, work, service_id)
    row = version_row(work, service, version_id)
    if row.status in {"published", "deprecated"}:
        raise WrongStatusError(f"{row.name} is {row.status}; retire it first.")
    others = [one for one in version_repository.versions_of(work, service.id) if one.id != row.id]
    if not others:
        raise WrongStatusError(f"{row.name} is the only version; delete the service instead.")
    if service.default_version == row.name:
        raise WrongStatusError(f"{row.name} is the default version; make another one the default first.")
    work.session.delete(row)
    work.session.flush()
    keep_addresses(work, service)
    settle(work, service)


def version_row(work: Work, service: Service, version_id: str) -> ServiceVersion:
    """The service's version of that id or name.

    Raises:
        NotFoundError: there is none.
    """
    row = version_repository.find_version(work, service.id, version_id)
    if row is None:
        raise NotFoundError("No such version.")
    return row


def own_version(
    actor: Actor, work: Work, service_id: str, version_id: str, permission: Permission
) -> tuple[Service, ServiceVersion]:
    """Both rows, for an actor with that permission.

    Raises:
        NotFoundError: no such service or version, or one of a team that the actor has no part in.
        ForbiddenError: without the permission.
    """
    service = own_service(actor, work, service_id, permission)
    return service, version_row(work, service, version_id)


def require_successor(work: Work, service: Service, row: ServiceVersion, name: str) -> None:
    """Refuse a successor that is the version itself or is not there.

    Raises:
        InvalidInputError: names the field ``successor``.
    """
    if name == row.name or version_repository.version_named(work, service.id, name) is None:
        raise InvalidInputError(f"{service.name} has no other version {name}.", field="successor")


def version_view(work: Work, service: Service, row: ServiceVersion) -> VersionView:
    """The version as its own team sees it."""
    return _view(service, row, version_repository.live_revisions(work, row.id))


def _definition(actor: Actor, work: Work, service: Service, given: VersionIn) -> RevisionDefinition:
    if given.definition is not None and given.copy_of is not None:
        raise InvalidInputError("Give either a definition or a revision to copy.", field="copy_of")
    if given.definition is not None:
        return sealed_definition(actor, work, service, given.definition)
    if given.copy_of is None:
        return RevisionDefinition()
    copied = version_repository.find_revision(work, service.id, given.copy_of)
    if copied is None:
        raise NotFoundError("The service has no such revision.", field="copy_of")
    return definition_of(copied)


def _view(service: Service, row: ServiceVersion, live: Sequence[ServiceRevision]) -> VersionView:
    fields = {name: getattr(row, name) for name in VersionView.model_fields if name not in {"is_default", "live"}}
    shown = [LiveRevision(id=one.id, number=one.number, weight=one.weight or 0) for one in live]
    return VersionView(**fields, is_default=service.default_version == row.name, live=shown)
