"""Rows of versions and revisions: made, read and moved; who may do so is asked before."""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from passgate.kernel.actor import Actor
from passgate.publishing import version_repository
from passgate.publishing.definition import RevisionDefinition, digest_of
from passgate.publishing.definition_checks import check_definition
from passgate.publishing.models import Service, ServiceRevision, ServiceVersion
from passgate.storage.work import Work

_KEPT = 5_000
"""Definitions that are kept as they were read: every change of anything publishes all services anew."""


@dataclass(frozen=True, slots=True)
class _Stored:
    digest: str
    definition: dict[str, Any] = field(compare=False)


def definition_of(row: ServiceRevision) -> RevisionDefinition:
    """What the revision says."""
    return _read(_Stored(row.digest, row.definition))


@lru_cache(maxsize=_KEPT)
def _read(stored: _Stored) -> RevisionDefinition:
    return RevisionDefinition.model_validate(stored.definition)


def new_version(actor: Actor, work: Work, service: Service, name: str, hosts: tuple[str, ...]) -> ServiceVersion:
    """A version, as a draft."""
    row = ServiceVersion(
        id=work.ids.new("ver"),
        service_id=service.id,
        team_id=service.team_id,
        name=name,
        hosts=list(hosts),
        status="draft",
        created_at=work.clock.now(),
        created_by=actor.id,
    )
    work.session.add(row)
    work.session.flush()
    return row


def new_revision(  # noqa: PLR0913, PLR0917 - what a revision is of, and what it says
    actor: Actor,
    work: Work,
    service: Service,
    version: ServiceVersion,
    definition: RevisionDefinition,
    note: str = "",
) -> ServiceRevision:
    """A revision, as a draft.

    Raises:
        InvalidInputError: the definition breaks a rule.
    """
    check_definition(definition, service.kind)
    stored = definition.stored()
    row = ServiceRevision(
        id=work.ids.new("rev"),
        service_id=service.id,
        version_id=version.id,
        team_id=service.team_id,
        number=version_repository.next_number(work, version.id),
        status="draft",
        definition=stored,
        digest=digest_of(stored),
        note=note,
        review_note="",
        authors=[actor.id],
        created_at=work.clock.now(),
        created_by=actor.id,
    )
    work.session.add(row)
    work.session.flush()
    return row


def redefine(actor: Actor, service: Service, row: ServiceRevision, definition: RevisionDefinition) -> None:
    """Have a draft say something else.

    Raises:
        InvalidInputError: the definition breaks a rule.
    """
    check_definition(definition, service.kind)
    row.authors = sorted({*row.authors, actor.id})
    row.definition = definition.stored()
    row.digest = digest_of(row.definition)


def go_live(actor: Actor, work: Work, service: Service, version: ServiceVersion, row: ServiceRevision) -> None:
    """Give a revision all calls of its version; the ones before are kept to go back to."""
    now = work.clock.now()
    for other in version_repository.live_revisions(work, version.id):
        if other.id != row.id:
            other.status, other.weight = "superseded", None
    row.status, row.weight = "published", 100
    row.published_at, row.published_by = now, actor.id
    open_version(work, service, version)


def open_version(work: Work, service: Service, version: ServiceVersion) -> None:
    """Have a version answer; where it is the only one, it becomes the default."""
    now = work.clock.now()
    if version.status not in {"published", "deprecated"}:
        version.status, version.published_at, version.retired_at = "published", now, None
        if version.deprecated_at is not None:
            version.status = "deprecated"
    if service.default_version is None:
        service.default_version = version.name
    settle(work, service)


def settle(work: Work, service: Service) -> None:
    """Have the service's status follow from its versions'."""
    work.session.flush()
    states = {version.status for version in version_repository.versions_of(work, service.id)}
    before = service.status
    if states & {"published", "deprecated"}:
        service.status = "published"
        if before != "published":
            service.published_at = work.clock.now()
    elif "retired" in states:
        service.status = "retired"
    else:
        service.status = "draft"
    work.session.flush()
