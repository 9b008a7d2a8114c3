"""Tokens: issued, listed, narrowed, revoked."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import AwareDatetime, BaseModel, Field

from passgate.api.dependencies import CurrentActor, CurrentEdge, needs, public
from passgate.api.paging import PageOf, PageQuery, SearchQuery
from passgate.api.routers.revocations import EnforcedOut, RevokeRequest, WaitQuery, enforced
from passgate.identity.models import Token
from passgate.identity.schemas import TokenIn, TokenStatus
from passgate.identity.service import tokens as service
from passgate.identity.service.token_narrowing import narrow_token as narrow
from passgate.identity.service.token_registry import status_of
from passgate.identity.service.token_revocation import revoke_token as revoke
from passgate.identity.token_limits import TokenLimits
from passgate.identity.token_schemas import NarrowIn, TokenFilter, TokenOrder
from passgate.identity.token_tables import TokenKind
from passgate.kernel.errors import UnauthenticatedError
from passgate.kernel.permissions import Permission
from passgate.storage.work import Work

router = APIRouter(prefix="/api/v1/tokens", tags=["tokens"])


_REWORDED = frozenset({"status", "limits", "cost_micro_dollars"})


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
    audiences: list[str]
    scopes: list[str]
    limits: TokenLimits
    parent_jti: str | None = Field(description="The token that it was narrowed from, and dies with.")
    session_id: str | None
    template_id: str | None
    kid: str = Field(description="The key that signed it; empty where a secret did.")
    issued_by: str
    issued_at: datetime
    expires_at: datetime
    last_used_at: datetime | None = Field(description="Exact to a minute.")
    calls: int = Field(description="Made with it in its life, as far as they were not refused for the token itself.")
    cost_micro_dollars: int = Field(description="What they cost.")
    revoked_at: datetime | None
    revoked_by: str | None
    revoked_reason: str | None

    @staticmethod
    def of(row: Token, work: Work) -> "TokenOut":
        """The row with its status at this moment."""
        values = {name: getattr(row, name) for name in TokenOut.model_fields if name not in _REWORDED}
        return TokenOut(
            **values, cost_micro_dollars=row.cost, status=status_of(row, work.clock.now()), limits=TokenLimits.of(row)
        )


class IssuedTokenOut(TokenOut):
    """A token just issued."""

    token: str = Field(description="The token itself, shown this once.")


def _owners(
    application_id: Annotated[str | None, Query(max_length=40)] = None,
    team_id: Annotated[str | None, Query(max_length=40)] = None,
    user_id: Annotated[
        str | None, Query(max_length=40, description="Tokens of this user, and those that the user issued to anyone.")
    ] = None,
    subject: Annotated[str | None, Query(max_length=40, description="`sub`: a user's or an application's id.")] = None,
) -> dict[str, str | None]:
    return {"application_id": application_id, "team_id": team_id, "user_id": user_id, "subject": subject}


def _wanted(  # noqa: PLR0913, PLR0917 - the filters that a registry has
    owners: Annotated[dict[str, str | None], Depends(_owners)],
    issued_by: Annotated[str | None, Query(max_length=40)] = None,
    parent: Annotated[str | None, Query(max_length=40, description="Tokens narrowed from this one.")] = None,
    kind: Annotated[TokenKind | None, Query()] = None,
    status: Annotated[TokenStatus | None, Query()] = None,
    expiring_before: Annotated[
        AwareDatetime | None, Query(description="Live tokens that expire before this moment, the soonest first.")
    ] = None,
    order: Annotated[
        TokenOrder, Query(description="`cost`: those that cost something, the costliest first.")
    ] = "newest",
    search: SearchQuery = None,
) -> TokenFilter:
    return TokenFilter(
        **owners,
        issued_by=issued_by,
        parent_jti=parent,
        kind=kind,
        status=status,
        expiring_before=expiring_before,
        order=order,
        search=search,
    )


@router.get("", dependencies=[needs(Permission.TOKEN_READ)])
def list_tokens(
    edge: CurrentEdge, actor: CurrentActor, page: PageQuery, wanted: Annotated[TokenFilter, Depends(_wanted)]
) -> PageOf[TokenOut]:
    """The tokens that you may read: those of your teams, and your own. Searched by id, or by a part of the name."""
    with edge.storage.reading() as work:
        found = service.list_tokens(actor, work, page, wanted)
        return PageOf[TokenOut].of(found, lambda row: TokenOut.of(row, work))


@router.post("", status_code=HTTPStatus.CREATED, dependencies=[needs(Permission.TOKEN_ISSUE)])
def issue_token(edge: CurrentEdge, actor: CurrentActor, given: TokenIn) -> IssuedTokenOut:
    """Issue a token; it is shown this once.

    `application`: for the gate. `personal`: your own, for this API, for the gate, or for both, as `audiences` say.
    `service`: of an application, for another service. `custom`: any claims, by a template or free.
    """
    with edge.storage.writing() as work:
        issued = service.issue_token(actor, work, edge.token_issuer, given)
        return IssuedTokenOut(token=issued.token, **TokenOut.of(issued.row, work).model_dump())


@router.post(
    "/narrow",
    status_code=HTTPStatus.CREATED,
    dependencies=[public("the token that is narrowed is the credential, whomever it is for")],
)
def narrow_token(edge: CurrentEdge, request: Request, given: NarrowIn) -> IssuedTokenOut:
    """Make a weaker, shorter token of the one that is sent as `Authorization: Bearer`; it dies with that one."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise UnauthenticatedError("Send the token that is to be narrowed as Authorization: Bearer.")
    with edge.storage.writing() as work:
        issued = narrow(work, token.strip(), edge.token_issuer, given)
        return IssuedTokenOut(token=issued.token, **TokenOut.of(issued.row, work).model_dump())


@router.get("/{jti}", dependencies=[needs(Permission.TOKEN_READ)])
def get_token(edge: CurrentEdge, actor: CurrentActor, jti: str) -> TokenOut:
    """What the registry knows of one token."""
    with edge.storage.reading() as work:
        return TokenOut.of(service.get_token(actor, work, jti), work)


@router.post("/{jti}/revoke", response_model_exclude_none=True, dependencies=[needs(Permission.TOKEN_REVOKE)])
def revoke_token(
    edge: CurrentEdge, actor: CurrentActor, jti: str, given: RevokeRequest, *, wait: WaitQuery = False
) -> EnforcedOut:
    """Revoke one token and all that was narrowed from it; every node refuses them well within a second."""
    with edge.storage.writing() as work:
        revoked = revoke(actor, work, jti, given.reason)
    return enforced(edge, actor, revoked, wait=wait)
