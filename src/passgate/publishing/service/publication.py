"""Publishing revisions: at once or with a part of the calls, and going back."""

from collections.abc import Mapping, Sequence

from passgate.kernel.actor import Actor
from passgate.kernel.errors import InvalidInputError, NotFoundError
from passgate.kernel.permissions import Permission
from passgate.publishing import version_repository
from passgate.publishing.definition_checks import check_publishable
from passgate.publishing.errors import ReviewRequiredError, WrongStatusError
from passgate.publishing.models import Service, ServiceRevision, ServiceVersion
from passgate.publishing.prompts.checks import check_prompt
from passgate.publishing.prompts.publishable import require_tests_passed
from passgate.publishing.revision_rows import definition_of, go_live, open_version
from passgate.storage.work import Work

ALL = 100


def publish_row(  # noqa: PLR0913, PLR0917 - what is published, and how far
    actor: Actor,
    work: Work,
    service: Service,
    version: ServiceVersion,
    row: ServiceRevision,
    weight: int = ALL,
) -> None:
    """Give a revision all calls of its version, or a part; the others share the rest as they shared the whole.

    Raises:
        ForbiddenError: without the permission service:publish.
        ReviewRequiredError: it was not approved yet.
        NotPublishableError: it has nothing to answer with.
        WrongStatusError: it was rejected.
        InvalidInputError: a part of the calls, where no other revision takes the rest.
        PromptUnprovenError: it is a prompt whose tests must pass, and did not.
    """
    require_publishable(actor, work, service, row)
    if weight == ALL:
        go_live(actor, work, service, version, row)
        return
    others = [one for one in version_repository.live_revisions(work, version.id) if one.id != row.id]
    if not any(one.weight for one in others):
        raise InvalidInputError("No other revision takes the rest of the calls: give it 100.", field="weight")
    for other, part in zip(others, _shares([one.weight or 0 for one in others], ALL - weight), strict=True):
        other.weight = part
    _mark_published(actor, work, row, weight)
    open_version(work, service, version)


def set_weights_of(
    actor: Actor, work: Work, service: Service, version: ServiceVersion, weights: Mapping[str, int]
) -> None:
    """Share the version's calls between revisions.

    One that is not named leaves the gate; one with 0 is kept for the header that asks for it.

    Raises:
        NotFoundError: a revision of another version.
        InvalidInputError: the weights do not add up to 100.
        ForbiddenError, ReviewRequiredError, NotPublishableError, WrongStatusError: as :func:`publish_row`.
    """
    if sum(weights.values()) != ALL:
        raise InvalidInputError("The weights add up to 100.", field="weights")
    rows = {row.id: row for row in version_repository.revisions_of(work, version.id)}
    for name in weights:
        if name not in rows:
            raise NotFoundError("The version has no such revision.", field="weights")
        require_publishable(actor, work, service, rows[name])
    for row in rows.values():
        if row.id in weights:
            _mark_published(actor, work, row, weights[row.id])
        elif row.status == "published":
            row.status, row.weight = "superseded", None
    open_version(work, service, version)


def roll_back_version(actor: Actor, work: Work, service: Service, version: ServiceVersion) -> ServiceRevision:
    """Go back to the revision before: where several share the calls, the newest leaves; the one that is all calls' now.

    Raises:
        ForbiddenError: without the permission service:publish.
        WrongStatusError: there was none before.
    """
    actor.require(Permission.SERVICE_PUBLISH, service.team_id, what="service")
    rows = version_repository.revisions_of(work, version.id)
    live = [row for row in rows if row.status == "published"]
    newest = live[0].number if live else 0
    before = [row for row in rows if row.number < newest and row.published_at is not None]
    target = next((row for row in before if row.status == "published" and row.weight), None) or next(iter(before), None)
    if target is None:
        raise WrongStatusError(f"Version {version.name} has no revision before this one.")
    go_live(actor, work, service, version, target)
    return target


def require_publishable(actor: Actor, work: Work, service: Service, row: ServiceRevision) -> None:
    """Refuse as :func:`publish_row` does."""
    actor.require(Permission.SERVICE_PUBLISH, service.team_id, what="service")
    if row.status == "rejected":
        raise WrongStatusError(f"Revision {row.number} was rejected.")
    if row.status == "in_review" or (row.status == "draft" and service.review_required):
        raise ReviewRequiredError(f"Revision {row.number} has to be approved before it is published.")
    definition = definition_of(row)
    check_publishable(definition, service.kind)
    if definition.prompt is not None:
        check_prompt(work, service.team_id, definition.prompt)
        require_tests_passed(work, row, definition.prompt)


def publish_newest(actor: Actor, work: Work, service: Service, version: ServiceVersion) -> None:
    """Publish what the version has newest; raises as :func:`publish_row`."""
    row = version_repository.newest_revision(work, version.id)
    if row is None:
        raise WrongStatusError(f"Version {version.name} has no revision yet.")
    publish_row(actor, work, service, version, row)


def _mark_published(actor: Actor, work: Work, row: ServiceRevision, weight: int) -> None:
    if row.status != "published":
        row.published_at, row.published_by = work.clock.now(), actor.id
    row.status, row.weight = "published", weight


def _shares(before: Sequence[int], whole: int) -> list[int]:
    """The whole in the proportions of before, in integers that add up; what is left over goes to the largest."""
    total = sum(before)
    parts = [part * whole // total for part in before]
    parts[max(range(len(before)), key=before.__getitem__)] += whole - sum(parts)
    return parts
