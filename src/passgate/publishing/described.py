"""What workers must know of the documents of services: of those that are mocked, and of those that validate."""

from collections.abc import Iterable, Iterator

from passgate.contracts.described_revision import DescribedRevision
from passgate.contracts.published_service import PublishedRevision, PublishedService
from passgate.contracts.service_policy import AnyPolicy
from passgate.publishing import version_repository
from passgate.publishing.openapi.preparing import prepared_documents
from passgate.publishing.revision_rows import definition_of
from passgate.storage.work import Work


def described_revisions(work: Work, services: Iterable[PublishedService]) -> tuple[DescribedRevision, ...]:
    """Every live revision that is answered from its document, or whose requests are held to it; by id."""
    needed = {
        revision.id for service, revision in _revisions(services) if revision.mock or _validates(service, revision)
    }
    if not needed:
        return ()
    rows = [row for rows in version_repository.all_live_revisions(work).values() for row in rows if row.id in needed]
    digests = {row.id: document for row in rows if (document := definition_of(row).document) is not None}
    packed = prepared_documents(work, set(digests.values()))
    return tuple(
        DescribedRevision(revision_id=revision_id, digest=digest, packed=packed[digest])
        for revision_id, digest in sorted(digests.items())
        if digest in packed
    )


def gives_upstream_tokens(services: Iterable[PublishedService]) -> bool:
    """Whether any call gets a token for its upstream."""
    return any(_has(service, revision, "upstream_token") for service, revision in _revisions(services))


def _validates(service: PublishedService, revision: PublishedRevision) -> bool:
    return _has(service, revision, "validation")


def _has(service: PublishedService, revision: PublishedRevision, kind: str) -> bool:
    policies: tuple[AnyPolicy, ...] = (*service.policies, *revision.policies)
    return any(policy.kind == kind for policy in policies)


def _revisions(services: Iterable[PublishedService]) -> Iterator[tuple[PublishedService, PublishedRevision]]:
    return ((service, one) for service in services for version in service.versions for one in version.revisions)
