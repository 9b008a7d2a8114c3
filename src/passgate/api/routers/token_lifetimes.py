"""Rules for how long tokens live."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from passgate.api.dependencies import CurrentActor, CurrentEdge, needs
from passgate.identity.service import token_lifetimes as service
from passgate.identity.token_schemas import LifetimeIn
from passgate.identity.token_tables import TokenKind
from passgate.kernel.permissions import Permission

router = APIRouter(prefix="/api/v1/token-lifetimes", tags=["tokens"])

OwnerQuery = Annotated[str, Query(max_length=40, description="A team's or an application's id; unset: everybody's.")]


class LifetimeOut(BaseModel):
    """How long tokens of a kind live."""

    model_config = ConfigDict(from_attributes=True)

    kind: TokenKind
    owner: str
    default_seconds: int | None
    maximum_seconds: int | None


class Lifetimes(BaseModel):
    """The rules of one owner."""

    items: list[LifetimeOut]


@router.get("", dependencies=[needs(Permission.TOKEN_READ)])
def list_token_lifetimes(edge: CurrentEdge, actor: CurrentActor, owner: OwnerQuery = service.EVERYBODY) -> Lifetimes:
    """The rules of one owner. The narrowest default holds, and the least maximum of all that concern a token."""
    with edge.storage.reading() as work:
        rules = service.list_lifetimes(actor, work, owner)
        return Lifetimes(items=[LifetimeOut.model_validate(rule) for rule in rules])


@router.put("/{kind}", dependencies=[needs(Permission.TEAM_WRITE)])
def set_token_lifetime(
    edge: CurrentEdge, actor: CurrentActor, kind: TokenKind, given: LifetimeIn, owner: OwnerQuery = service.EVERYBODY
) -> LifetimeOut:
    """Set a rule; tokens that are out live as long as they were issued for."""
    with edge.storage.writing() as work:
        return LifetimeOut.model_validate(service.set_lifetime(actor, work, kind, given, owner))


@router.delete("/{kind}", status_code=HTTPStatus.NO_CONTENT, dependencies=[needs(Permission.TEAM_WRITE)])
def remove_token_lifetime(
    edge: CurrentEdge, actor: CurrentActor, kind: TokenKind, owner: OwnerQuery = service.EVERYBODY
) -> None:
    """Take a rule away; nothing happens where there is none."""
    with edge.storage.writing() as work:
        service.remove_lifetime(actor, work, kind, owner)
