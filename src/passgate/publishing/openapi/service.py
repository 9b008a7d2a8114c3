"""Documents: look at a text, keep one, read one."""

import hashlib
from functools import lru_cache

from passgate.identity.models import Team
from passgate.kernel.actor import Actor
from passgate.kernel.errors import InvalidInputError, NotFoundError
from passgate.kernel.permissions import Permission
from passgate.publishing.openapi import repository
from passgate.publishing.openapi.blank import blank_document
from passgate.publishing.openapi.faults import DocumentRefusedError
from passgate.publishing.openapi.intake import Intake, take_in
from passgate.publishing.openapi.models import OpenApiDocument, OpenApiDocumentTeam
from passgate.publishing.openapi.reading import Syntax, read_document
from passgate.publishing.openapi.schemas import DocumentIn, DocumentReport, DocumentView
from passgate.publishing.openapi.views import view_of
from passgate.publishing.openapi.writing import written
from passgate.storage.work import Work

_LONGEST_TITLE = 200


def check_text(actor: Actor, text: str) -> DocumentReport:
    """What a text is, and all that is wrong with it; nothing is kept.

    Raises:
        ForbiddenError: without the permission service:write anywhere.
    """
    actor.require_somewhere(Permission.SERVICE_WRITE)
    try:
        intake = take_in(text)
    except DocumentRefusedError as error:
        return DocumentReport(valid=False, faults=list(error.faults))
    return DocumentReport(valid=True, faults=[], document=_view(intake))


def require_keeping(actor: Actor, given: DocumentIn) -> None:
    """Refuse before anything is fetched or read.

    Raises:
        NotFoundError: a team that the actor has no part in.
        ForbiddenError: without the permission service:write in the team.
        InvalidInputError: not exactly one of text, url and title.
    """
    actor.require(Permission.SERVICE_WRITE, given.team_id, what="team")
    if sum(one is not None for one in (given.text, given.url, given.title)) != 1:
        raise InvalidInputError("Give one of text, url and title.", field="text")


def intake_of(given: DocumentIn, fetched: str | None) -> Intake:
    """The document that is to be kept; takes seconds where it is large, so no unit of work is open meanwhile.

    Raises:
        DocumentRefusedError: what is wrong with it.
    """
    if given.title is not None:
        return take_in(written(blank_document(given.title), "yaml"))
    return take_in(given.text if given.text is not None else fetched or "")


def keep_document(actor: Actor, work: Work, team_id: str, intake: Intake) -> DocumentView:
    """Keep a document for a team; the same text is the same document, and is stored once.

    Raises:
        NotFoundError: no such team, or none that the actor has a part in.
        ForbiddenError: without the permission service:write in the team.
    """
    actor.require(Permission.SERVICE_WRITE, team_id, what="team")
    if work.session.get(Team, team_id) is None:
        raise NotFoundError("No such team.", field="team_id")
    view = _view(intake)
    now = work.clock.now()
    if repository.find_document(work, view.digest) is None:
        row = OpenApiDocument(
            digest=view.digest,
            syntax=intake.syntax,
            title=view.title[:_LONGEST_TITLE],
            text=intake.text,
            notes=list(intake.notes),
            created_at=now,
        )
        work.session.add(row)
        work.session.flush()
    if not repository.holds(work, view.digest, team_id):
        work.session.add(OpenApiDocumentTeam(digest=view.digest, team_id=team_id, created_at=now, created_by=actor.id))
        work.session.flush()
    return view


def get_document(actor: Actor, work: Work, digest: str) -> DocumentView:
    """What a document says.

    Raises:
        NotFoundError: no such document, or one that none of the actor's teams has brought in.
        ForbiddenError: without the permission service:read.
    """
    return view_of_row(_readable(actor, work, digest))


def document_text(actor: Actor, work: Work, digest: str, syntax: Syntax | None = None) -> tuple[str, Syntax]:
    """A document's text, as it was given, or written anew in the syntax asked for.

    Raises:
        NotFoundError: as :func:`get_document`.
        ForbiddenError: as :func:`get_document`.
    """
    row = _readable(actor, work, digest)
    own: Syntax = "json" if row.syntax == "json" else "yaml"
    if syntax is None or syntax == own:
        return row.text, own
    return written(read_document(row.text), syntax), syntax


def require_document(work: Work, digest: str, team_id: str) -> OpenApiDocument:
    """The document, for a revision of that team; who may write the revision is asked elsewhere.

    Raises:
        NotFoundError: no such document, or the team has not brought it in.
    """
    row = repository.find_document(work, digest)
    if row is None or not repository.holds(work, digest, team_id):
        raise NotFoundError("No such document.", field="document")
    return row


def view_of_row(row: OpenApiDocument) -> DocumentView:
    """What a stored document says."""
    return _stored_view(row.digest, row.text, tuple(row.notes))


@lru_cache(maxsize=32)
def _stored_view(digest: str, text: str, notes: tuple[str, ...]) -> DocumentView:
    return view_of(
        read_document(text), digest=digest, syntax="json" if text.lstrip()[:1] == "{" else "yaml", notes=notes
    )


def _view(intake: Intake) -> DocumentView:
    digest = hashlib.sha256(intake.text.encode()).hexdigest()
    return view_of(intake.document, digest=digest, syntax=intake.syntax, notes=intake.notes)


def _readable(actor: Actor, work: Work, digest: str) -> OpenApiDocument:
    actor.require_somewhere(Permission.SERVICE_READ)
    row = repository.find_document(work, digest)
    teams = repository.teams_of(work, digest) if row else []
    if row is None or not any(actor.may(Permission.SERVICE_READ, team) for team in (*teams, None)):
        raise NotFoundError("No such document.")
    return row
