"""OpenAPI documents: look at one, keep one, read one."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Body, Query, Response

from passgate.api.dependencies import CurrentActor, CurrentEdge, needs
from passgate.kernel.fetching import Fetching
from passgate.kernel.permissions import Permission
from passgate.publishing.openapi import service
from passgate.publishing.openapi.reading import Syntax
from passgate.publishing.openapi.schemas import DocumentIn, DocumentReport, DocumentText, DocumentView
from passgate.publishing.openapi.writing import MEDIA_TYPES

router = APIRouter(prefix="/api/v1/openapi", tags=["openapi"])

_DOCUMENT = {"team_id": "team_…", "url": "https://example.com/openapi.yaml"}
_TEXT = {"text": "openapi: 3.1.0\ninfo: {title: Orders, version: '1'}\npaths: {}\n"}


@router.post("/check", dependencies=[needs(Permission.SERVICE_WRITE)])
def check_document(actor: CurrentActor, given: Annotated[DocumentText, Body(examples=[_TEXT])]) -> DocumentReport:
    """Say what a text is, and all that is wrong with it, each with place, rule and line; nothing is kept."""
    return service.check_text(actor, given.text)


@router.post("/documents", status_code=HTTPStatus.CREATED, dependencies=[needs(Permission.SERVICE_WRITE)])
def keep_document(
    edge: CurrentEdge, actor: CurrentActor, given: Annotated[DocumentIn, Body(examples=[_DOCUMENT])]
) -> DocumentView:
    """Keep a document: from a text, from a URL, or a blank one by its title.

    Swagger 2.0 is converted to OpenAPI 3.0.3. A URL must be public, answer within 10 seconds, and give at most 5 MB.
    What breaks a rule is refused as a whole, with every fault's place.
    """
    service.require_keeping(actor, given)
    fetching = Fetching(private_addresses=edge.fetch_private_addresses)
    fetched = fetching.text_at(given.url) if given.url is not None else None
    intake = service.intake_of(given, fetched)
    with edge.storage.writing() as work:
        return service.keep_document(actor, work, given.team_id, intake)


@router.get("/documents/{digest}", dependencies=[needs(Permission.SERVICE_READ)])
def get_document(edge: CurrentEdge, actor: CurrentActor, digest: str) -> DocumentView:
    """What a document of your teams says."""
    with edge.storage.reading() as work:
        return service.get_document(actor, work, digest)


@router.get("/documents/{digest}/text", dependencies=[needs(Permission.SERVICE_READ)], response_class=Response)
def get_document_text(
    edge: CurrentEdge,
    actor: CurrentActor,
    digest: str,
    syntax: Annotated[Syntax | None, Query(description="`json` or `yaml`; left out: as it was given.")] = None,
) -> Response:
    """The document itself."""
    with edge.storage.reading() as work:
        text, written_in = service.document_text(actor, work, digest, syntax)
    return Response(text, media_type=MEDIA_TYPES[written_in])
