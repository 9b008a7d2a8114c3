"""The audit log: who did what, on what, from where, and what was refused."""

from collections.abc import Iterator
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime, BaseModel, Field

from passgate.api.dependencies import CurrentActor, CurrentEdge, needs
from passgate.api.edge import Edge
from passgate.api.paging import PageOf, PageQuery
from passgate.identity.service import audit as service
from passgate.kernel.actor import Actor
from passgate.kernel.permissions import Permission

router = APIRouter(prefix="/api/v1/audit", tags=["audit"])

_Id = Annotated[str | None, Query(max_length=200)]


class Party(BaseModel):
    """Who did something, or what it was done to."""

    kind: str
    id: str
    name: str


class AuditEntryOut(BaseModel):
    """One act."""

    seq: int
    at: datetime
    actor: Party
    via: str = Field(description="The browser session or token that the actor came with, by its id.")
    ip: str
    request_id: str
    act: str
    target: Party
    team_id: str | None
    result: str = Field(description="`done` or `refused`.")
    reason: str = Field(description="The code of the rule that refused.")
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    hash: str


class VerificationOut(BaseModel):
    """What checking the chain found."""

    is_whole: bool
    entries: int
    seq: int = Field(description="The newest entry; write it down elsewhere together with its hash.")
    hash: str
    problems: list[str]


def _filter(  # noqa: PLR0913, PLR0917 - the filters that a log has
    act: Annotated[str | None, Query(max_length=80, description="With a dot at the end: all that begin so.")] = None,
    actor_id: _Id = None,
    target_id: _Id = None,
    team_id: _Id = None,
    result: Literal["done", "refused"] | None = None,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
    search: Annotated[str | None, Query(max_length=100, description="Text in a name; an address; an id.")] = None,
) -> service.AuditFilter:
    return service.AuditFilter(act, actor_id, target_id, team_id, result, since, until, search)


FilterQuery = Annotated[service.AuditFilter, Depends(_filter)]


@router.get("", dependencies=[needs(Permission.AUDIT_READ)])
def list_audit_entries(
    edge: CurrentEdge, actor: CurrentActor, page: PageQuery, wanted: FilterQuery
) -> PageOf[AuditEntryOut]:
    """The entries that you may read: all, or those of your teams."""
    with edge.storage.reading() as work:
        found = service.list_entries(actor, work, page, wanted)
        return PageOf[AuditEntryOut].of(found, lambda row: AuditEntryOut.model_validate(service.entry_document(row)))


@router.get(
    "/export",
    dependencies=[needs(Permission.AUDIT_READ)],
    response_class=StreamingResponse,
    responses={HTTPStatus.OK: {"content": {"application/x-ndjson": {}}, "description": "One entry a line."}},
)
def export_audit_log(edge: CurrentEdge, actor: CurrentActor, wanted: FilterQuery) -> StreamingResponse:
    """The entries that you may read, as JSON lines, oldest first."""
    headers = {"content-disposition": 'attachment; filename="audit.jsonl"'}
    return StreamingResponse(_lines(edge, actor, wanted), media_type="application/x-ndjson", headers=headers)


@router.get("/verification", dependencies=[needs(Permission.AUDIT_READ)])
def verify_audit_log(
    edge: CurrentEdge,
    actor: CurrentActor,
    seq: Annotated[int | None, Query(ge=1, le=2**62, description="An entry whose hash was kept elsewhere.")] = None,
    kept_hash: Annotated[str | None, Query(alias="hash", pattern=r"^[0-9a-f]{64}$")] = None,
) -> VerificationOut:
    """Check the whole chain: no entry changed, deleted, moved or put in. Needs audit:read over everything."""
    kept = (seq, kept_hash) if seq is not None and kept_hash is not None else None
    with edge.storage.reading() as work:
        found = service.verify_log(actor, work, kept)
    return VerificationOut(
        is_whole=found.is_whole, entries=found.entries, seq=found.seq, hash=found.hash, problems=list(found.problems)
    )


def _lines(edge: Edge, actor: Actor, wanted: service.AuditFilter) -> Iterator[str]:
    with edge.storage.reading() as work:
        yield from service.export_lines(actor, work, wanted)
