"""Revisions of a version: listed, read, added, and changed while they are drafts."""

from passgate.kernel.actor import Actor
from passgate.kernel.errors import NotFoundError
from passgate.kernel.pagination import Page, PageRequest
from passgate.kernel.permissions import Permission
from passgate.publishing import version_repository
from passgate.publishing.definition import RevisionDefinition
from passgate.publishing.errors import RevisionChangedError, WrongStatusError
from passgate.publishing.models import Service, ServiceRevision, ServiceVersion
from passgate.publishing.revision_rows import definition_of, new_revision, redefine
from passgate.publishing.secrets import sealed_definition, shown_definition
from passgate.publishing.service.services import own_service
from passgate.publishing.service.versions import own_version
from passgate.publishing.version_schemas import RevisionChange, RevisionDetail, RevisionIn, RevisionView
from passgate.storage.work import Work


def list_revisions(actor: Actor, work: Work, page: PageRequest, service_id: str, version_id: str) -> Page[RevisionView]:
    """A version's revisions, newest first; for the service's own team.

    Raises:
        NotFoundError: no such service or version, or one of a team that the actor has no part in.
        ForbiddenError: without the permission service:read in the service's team.
    """
    _, version = own_version(actor, work, service_id, version_id, Permission.SERVICE_READ)
    found = version_repository.revisions_page(work, page, version.id)
    return Page([RevisionView.model_validate(row) for row in found.items], found.next_cursor)


def get_revision(actor: Actor, work: Work, service_id: str, revision_id: str) -> RevisionDetail:
    """One revision with its definition; for the service's own team.

    Raises:
        NotFoundError: no such service or revision, or one of a team that the actor has no part in.
        ForbiddenError: without the permission service:read in the service's team.
    """
    _, row = own_revision(actor, work, service_id, revision_id, Permission.SERVICE_READ)
    return detail_of(row)


def create_revision(actor: Actor, work: Work, service_id: str, version_id: str, given: RevisionIn) -> RevisionDetail:
    """Add a revision, as a draft.

    Raises:
        NotFoundError: no such service or version, or one of a team that the actor has no part in.
        ForbiddenError: without the permission service:write.
        InvalidInputError: the definition breaks a rule.
    """
    service, version = own_version(actor, work, service_id, version_id, Permission.SERVICE_WRITE)
    if given.definition is not None:
        definition = sealed_definition(actor, work, service, given.definition)
    else:
        newest = version_repository.newest_revision(work, version.id)
        definition = definition_of(newest) if newest is not None else RevisionDefinition()
    return detail_of(new_revision(actor, work, service, version, definition, given.note))


def update_revision(
    actor: Actor, work: Work, service_id: str, revision_id: str, change: RevisionChange
) -> RevisionDetail:
    """Change a draft; what was submitted or published never changes.

    Raises:
        NotFoundError: no such service or revision, or one of a team that the actor has no part in.
        ForbiddenError: without the permission service:write.
        WrongStatusError: it is no draft any more.
        RevisionChangedError: it is another one than the change is based on.
        InvalidInputError: the definition breaks a rule.
    """
    service, row = own_revision(actor, work, service_id, revision_id, Permission.SERVICE_WRITE)
    require_unchanged(work, row, change.based_on)
    if row.status != "draft":
        raise WrongStatusError(f"Revision {row.number} is {_said(row)}: make a new one.")
    if change.definition is not None:
        redefine(actor, service, row, sealed_definition(actor, work, service, change.definition))
    if change.note is not None:
        row.note = change.note
    work.session.flush()
    return detail_of(row)


def delete_revision(actor: Actor, work: Work, service_id: str, revision_id: str) -> None:
    """Remove a draft or what was rejected.

    Raises:
        NotFoundError: no such service or revision, or one of a team that the actor has no part in.
        ForbiddenError: without the permission service:write.
        WrongStatusError: it is or was published or is in review, or it is the version's only one.
    """
    _, row = own_revision(actor, work, service_id, revision_id, Permission.SERVICE_WRITE)
    if row.status not in {"draft", "rejected"}:
        raise WrongStatusError(f"Revision {row.number} is {_said(row)}; only a draft can be removed.")
    if len(version_repository.revisions_of(work, row.version_id)) == 1:
        raise WrongStatusError("It is the version's only revision; delete the version instead.")
    work.session.delete(row)
    work.session.flush()


def own_revision(
    actor: Actor, work: Work, service_id: str, revision_id: str, permission: Permission
) -> tuple[Service, ServiceRevision]:
    """Both rows, for an actor with that permission.

    Raises:
        NotFoundError: no such service or revision, or one of a team that the actor has no part in.
        ForbiddenError: without the permission.
    """
    service = own_service(actor, work, service_id, permission)
    row = version_repository.find_revision(work, service.id, revision_id)
    if row is None:
        raise NotFoundError("No such revision.")
    return service, row


def require_unchanged(work: Work, row: ServiceRevision, based_on: str | None) -> None:
    """Refuse a change of a draft that somebody else has changed since; the row is locked until the commit.

    Raises:
        RevisionChangedError: its digest is another one; nothing is refused where none is given.
    """
    if based_on is None:
        return
    work.session.refresh(row, with_for_update=True)
    if row.digest != based_on:
        rule = f"Somebody has changed revision {row.number} since you read it. Load it again, and change that."
        raise RevisionChangedError(rule, field="based_on")


def version_of(work: Work, row: ServiceRevision) -> ServiceVersion:
    """The version that the revision is of."""
    return work.session.get_one(ServiceVersion, row.version_id)


def detail_of(row: ServiceRevision) -> RevisionDetail:
    """The revision with what it says."""
    view = RevisionView.model_validate(row)
    return RevisionDetail(**view.model_dump(), definition=shown_definition(definition_of(row)))


def _said(row: ServiceRevision) -> str:
    return row.status.replace("_", " ")
