"""A version's way to the state that a document names."""

from passgate.declaring.desk import Desk
from passgate.declaring.kinds.version_content import definition_in
from passgate.declaring.service_document import VersionPart
from passgate.kernel.errors import InvalidInputError
from passgate.kernel.pagination import PageRequest
from passgate.publishing.lifecycle_schemas import DeprecationIn
from passgate.publishing.service import release, retirement, revisions, versions
from passgate.publishing.version_schemas import RevisionChange, RevisionDetail, RevisionIn, VersionChange, VersionView


def shown_revision(desk: Desk, service_id: str, version: VersionView) -> RevisionDetail:
    """The revision that gets most of the version's calls; where it gets none, the newest."""
    if version.live:
        chosen = max(version.live, key=lambda one: (one.weight, one.number)).id
    else:
        chosen = newest_revision(desk, service_id, version.name)
    return revisions.get_revision(desk.actor, desk.work, service_id, chosen)


def newest_revision(desk: Desk, service_id: str, version: str) -> str:
    """The id of the version's newest revision."""
    page = revisions.list_revisions(desk.actor, desk.work, PageRequest(1), service_id, version)
    return page.items[0].id


def settle_content(desk: Desk, service_id: str, wanted: VersionPart, present: VersionPart) -> None:
    """Have the version say what the part says: a draft in place, else by a new revision."""
    if definition_in(wanted) != definition_in(present):
        definition = definition_in(wanted)
        newest = newest_revision(desk, service_id, wanted.name)
        row = revisions.get_revision(desk.actor, desk.work, service_id, newest)
        if present.state == "draft" and row.status == "draft":
            change = RevisionChange(definition=definition)
            revisions.update_revision(desk.actor, desk.work, service_id, newest, change)
        else:
            given = RevisionIn(definition=definition, note="Declared.")
            made = revisions.create_revision(desk.actor, desk.work, service_id, wanted.name, given)
            if present.state != "draft":
                release.publish_revision(desk.actor, desk.work, service_id, made.id)
    if wanted.hosts != present.hosts:
        versions.update_version(desk.actor, desk.work, service_id, wanted.name, VersionChange(hosts=wanted.hosts))


def settle_state(desk: Desk, service_id: str, wanted: VersionPart, before: VersionPart) -> None:
    """Lead the version from where it stands to where it is to stand.

    Raises:
        InvalidInputError: back to a draft.
    """
    actor, work, name = desk.actor, desk.work, wanted.name
    state = versions.get_version(actor, work, service_id, name).status
    if wanted.state == "draft" and state != "draft":
        raise InvalidInputError("A version that was published is no draft again; retire it.", field="state")
    if wanted.state != "draft" and state == "draft":
        release.publish_revision(actor, work, service_id, newest_revision(desk, service_id, name))
        state = "published"
    if state == "retired" and wanted.state != "retired":
        state = retirement.republish_version(actor, work, service_id, name).status
    if wanted.state == "published" and state == "deprecated":
        retirement.undeprecate_version(actor, work, service_id, name)
    dates = ("deprecated_at", "sunset_at", "successor")
    is_told = state == "deprecated" and all(getattr(wanted, one) == getattr(before, one) for one in dates)
    if wanted.state == "deprecated" and not is_told:
        given = DeprecationIn(**{one: getattr(wanted, one) for one in dates})
        retirement.deprecate_version(actor, work, service_id, name, given)
    successor = versions.get_version(actor, work, service_id, name).successor
    if successor != wanted.successor:
        versions.update_version(actor, work, service_id, name, VersionChange(successor=wanted.successor))
    if wanted.state == "retired" and state != "retired":
        retirement.retire_version(actor, work, service_id, name)
