"""Tokens: issued, listed, revoked."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from passgate.api.dependencies import CurrentActor, CurrentEdge, needs
from passgate.api.paging import PageOf, PageQuery, SearchQuery
from passgate.identity.models import Token
from passgate.identity.schemas import TokenIn, TokenKind, TokenStatus
from passgate.identity.service import tokens as service
from passgate.kernel.given import Input
from passgate.kernel.permissions import Permission
from passgate.kernel.text import Paragraph
from passgate.storage.work import Work

router = APIRouter(prefix="/api/v1/tokens", tags=["tokens"])


class TokenOut(BaseModel):
    """What the registry knows of a token."""

    jti: str
    kind: TokenKind
    name: str
    status: TokenStatus
    subject: str
    application_id: str | None
    user_id: str | None
    team_id: str | None
    audience: str
    scopes: list[str]
    kid: str
    issued_by: str
    issued_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None
    revoked_by: str | None
    revoked_reason: str | None

    @staticmethod
    def of(row: Token, work: Work) -> "TokenOut":
        """The row with its status at this moment."""
        values = {name: getattr(row, name) for name in TokenOut.model_fields if name != "status"}
        return TokenOut(**values, status=service.status_of(row, work.clock.now()))


class IssuedTokenOut(TokenOut):
    """A token just issued."""

    token: str = Field(description="The token itself, shown this once.")


class RevokeRequest(Input):
    """Why something is revoked."""

    reason: Paragraph = ""


class RevokedOut(BaseModel):
    """What a revocation did."""

    model_config = ConfigDict(from_attributes=True)

    count: int = Field(description="How many live tokens fell.")
    seq: int = Field(description="The entry of the deny list; a node that enforces up to it refuses them.")


@router.get("", dependencies=[needs(Permission.TOKEN_READ)])
def list_tokens(  # noqa: PLR0913, PLR0917 - the filters that a registry has
    edge: CurrentEdge,
    actor: CurrentActor,
    page: PageQuery,
    application_id: Annotated[str | None, Query(max_length=40)] = None,
    status: TokenStatus | None = None,
    search: SearchQuery = None,
) -> PageOf[TokenOut]:
    """The tokens that you may read: those of your teams' applications, and your own."""
    with edge.storage.reading() as work:
        found = service.list_tokens(actor, work, page, application_id, status, search)
        return PageOf[TokenOut].of(found, lambda row: TokenOut.of(row, work))


@router.post("", status_code=HTTPStatus.CREATED, dependencies=[needs(Permission.TOKEN_ISSUE)])
def issue_token(edge: CurrentEdge, actor: CurrentActor, given: TokenIn) -> IssuedTokenOut:
    """Issue a token: to an application, for the gate; or a personal one, for this API. It is shown this once."""
    with edge.storage.writing() as work:
        issued = service.issue_token(actor, work, edge.token_issuer, given)
        return IssuedTokenOut(token=issued.token, **TokenOut.of(issued.row, work).model_dump())


@router.get("/{jti}", dependencies=[needs(Permission.TOKEN_READ)])
def get_token(edge: CurrentEdge, actor: CurrentActor, jti: str) -> TokenOut:
    """What the registry knows of one token."""
    with edge.storage.reading() as work:
        return TokenOut.of(service.get_token(actor, work, jti), work)


@router.post("/{jti}/revoke", dependencies=[needs(Permission.TOKEN_REVOKE)])
def revoke_token(edge: CurrentEdge, actor: CurrentActor, jti: str, given: RevokeRequest) -> RevokedOut:
    """Revoke one token; every node refuses it well within a second."""
    with edge.storage.writing() as work:
        return RevokedOut.model_validate(service.revoke_token(actor, work, jti, given.reason))
