"""Queries of documents."""

from collections.abc import Collection

from sqlalchemy import select

from passgate.publishing.openapi.models import OpenApiDocument, OpenApiDocumentTeam
from passgate.storage.work import Work


def find_document(work: Work, digest: str) -> OpenApiDocument | None:
    """The document of that digest."""
    return work.session.get(OpenApiDocument, digest)


def texts_of(work: Work, digests: Collection[str]) -> dict[str, str]:
    """The text of each of the documents."""
    if not digests:
        return {}
    query = select(OpenApiDocument.digest, OpenApiDocument.text).where(OpenApiDocument.digest.in_(sorted(digests)))
    return {row.digest: row.text for row in work.session.execute(query)}


def teams_of(work: Work, digest: str) -> list[str]:
    """The teams that have brought it in."""
    query = select(OpenApiDocumentTeam.team_id).where(OpenApiDocumentTeam.digest == digest)
    return list(work.session.scalars(query))


def holds(work: Work, digest: str, team_id: str) -> bool:
    """Whether the team has brought it in."""
    return work.session.get(OpenApiDocumentTeam, (digest, team_id)) is not None
