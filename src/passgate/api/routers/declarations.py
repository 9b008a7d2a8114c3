"""Everything as documents: applied together, compared, exported; and their schema."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Query

from passgate.api.dependencies import CurrentActor, CurrentEdge, needs, public, signed_in
from passgate.api.edge import Edge
from passgate.declaring import service
from passgate.declaring.asking import asked, new_issuers
from passgate.declaring.catalogue import json_schema
from passgate.declaring.reading import Reading, read
from passgate.declaring.service import DeclarationIn, Export, Outcome
from passgate.kernel.actor import Actor
from passgate.kernel.permissions import Permission

router = APIRouter(prefix="/api/v1/declarations", tags=["declarations"])

_EACH = signed_in("each document asks for the permission that the same change asks for elsewhere")
_DECLARATION = {
    "documents": [
        {"file": "teams.yaml", "number": 1, "content": {"kind": "Team", "name": "Sales"}},
        {"file": "shop.yaml", "number": 1, "content": {"kind": "Application", "team": "Sales", "name": "Shop"}},
    ],
    "prune": False,
}

Declaration = Annotated[DeclarationIn, Body(examples=[_DECLARATION])]


@router.post("/apply", dependencies=[_EACH])
def apply_declaration(edge: CurrentEdge, actor: CurrentActor, given: Declaration) -> Outcome:
    """Have all be as the documents say, or, where one is refused, leave all as it is.

    What a document leaves out has its default. Applied twice, it changes nothing the second time.
    """
    reading = _ready(edge, actor, given)
    with edge.storage.writing() as work:
        return service.apply(actor, work, given, reading, edge.token_issuer.issuer)


@router.post("/diff", dependencies=[_EACH])
def compare_declaration(edge: CurrentEdge, actor: CurrentActor, given: Declaration) -> Outcome:
    """What applying the documents would change, field by field; refused where that would be."""
    reading = _ready(edge, actor, given)
    with edge.storage.trying() as work:
        return service.apply(actor, work, given, reading, edge.token_issuer.issuer)


@router.get("/export", dependencies=[needs(Permission.TEAM_READ)])
def export_declaration(
    edge: CurrentEdge,
    actor: CurrentActor,
    kind: Annotated[list[str] | None, Query(description="Only these kinds.")] = None,
    team: Annotated[str | None, Query(max_length=100, description="Only what is of the team of this name.")] = None,
) -> Export:
    """All that you may read, as documents; secrets stand as names of variables."""
    with edge.storage.reading() as work:
        return service.export(actor, work, frozenset(kind or ()), team)


@router.get("/schema", dependencies=[public("it describes a format; editors send no token")])
def declaration_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a document, for `# yaml-language-server: $schema=…`."""
    return json_schema()


def _ready(edge: Edge, actor: Actor, given: DeclarationIn) -> Reading:
    """All that takes seconds, before the unit of work."""
    reading = read(given.documents)
    with edge.storage.reading() as work:
        issuers = new_issuers(actor, work, reading)
    return asked(reading, issuers)
