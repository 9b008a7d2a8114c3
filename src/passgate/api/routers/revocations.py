"""Revocations: made at every level, listed, and how far each is in force."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Literal, Self

from fastapi import APIRouter, Path, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from passgate.api.dependencies import CurrentActor, CurrentEdge, needs
from passgate.api.edge import Edge
from passgate.api.paging import PageOf, PageQuery
from passgate.contracts.revocation_list import RevocationKind
from passgate.gateway.enforcement import Enforcement, await_enforcement, enforcement_of
from passgate.identity.schemas import Revoked
from passgate.identity.service import token_revocation as service
from passgate.identity.service.revocation import list_revocations as listed
from passgate.kernel.actor import Actor
from passgate.kernel.given import Input
from passgate.kernel.permissions import Permission
from passgate.kernel.text import Paragraph
from passgate.storage.work import Work

router = APIRouter(prefix="/api/v1/revocations", tags=["revocations"])

_LARGEST_SEQ = 2**63 - 1
WaitQuery = Annotated[bool, Query(description="Answer once every node enforces it, or after five seconds.")]


class RevokeRequest(Input):
    """Why something is revoked."""

    reason: Paragraph = ""


class RevokedOut(BaseModel):
    """What a revocation did."""

    model_config = ConfigDict(from_attributes=True)

    count: int = Field(description="How many live tokens fell.")
    seq: int = Field(description="The newest entry of the deny list; a node that enforces up to it refuses them.")


class EnforcedOut(RevokedOut):
    """What a revocation did, and where it is in force."""

    enforcement: Enforcement | None = Field(
        default=None, description="Where it was waited for; absent, too, where nothing was left to revoke."
    )


class RevocationIn(Input):
    """What to revoke: one of the levels."""

    level: Literal["token", "session", "application", "user", "team", "before"]
    value: Annotated[str, Field(max_length=100)] | None = Field(
        default=None, description="The id: a `jti`, a session's, an application's, a user's, a team's."
    )
    before: AwareDatetime | None = Field(default=None, description="Of the level `before`: all issued earlier.")
    reason: Paragraph = ""

    @model_validator(mode="after")
    def _fits_the_level(self) -> Self:
        if (self.level == "before") != (self.before is not None):
            raise ValueError("before goes with the level before, and only with it")
        if (self.level == "before") == (self.value is not None):
            raise ValueError("value: every level but before names an id")
        return self


class RevocationOut(BaseModel):
    """One entry of the deny list; it leaves the list when the tokens concerned have expired."""

    model_config = ConfigDict(from_attributes=True)

    seq: int
    kind: RevocationKind
    value: str
    not_before: int | None = Field(description="Tokens issued before this NumericDate are refused.")
    expires_at: int = Field(description="NumericDate from which on the entry may go.")
    reason: str
    created_at: datetime
    created_by: str


_LEVELS = {
    "token": service.revoke_token,
    "session": service.revoke_session_tokens,
    "application": service.revoke_application_tokens,
    "user": service.revoke_user_tokens,
    "team": service.revoke_team_tokens,
}


@router.get("", dependencies=[needs(Permission.TOKEN_READ)])
def list_revocations(edge: CurrentEdge, actor: CurrentActor, page: PageQuery) -> PageOf[RevocationOut]:
    """The deny list, newest first. Needs token:read over everything: it names tokens of all teams."""
    with edge.storage.reading() as work:
        return PageOf[RevocationOut].of(listed(actor, work, page), RevocationOut.model_validate)


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    response_model_exclude_none=True,
    dependencies=[needs(Permission.TOKEN_REVOKE)],
)
def create_revocation(
    edge: CurrentEdge, actor: CurrentActor, given: RevocationIn, *, wait: WaitQuery = False
) -> EnforcedOut:
    """Revoke a token with all that was narrowed from it, or all tokens of a session, an application, a user or a team.

    `user` takes the tokens that the user has issued to others, too. `before` takes everything issued before a moment.
    To revoke what a signing key has signed, remove the key.
    """
    with edge.storage.writing() as work:
        revoked = _revoked(actor, work, given)
    return enforced(edge, actor, revoked, wait=wait)


@router.get("/{seq}/enforcement", response_model_exclude_none=True, dependencies=[needs(Permission.TOKEN_REVOKE)])
def get_enforcement(
    edge: CurrentEdge, actor: CurrentActor, seq: Annotated[int, Path(ge=0, le=_LARGEST_SEQ)], *, wait: WaitQuery = False
) -> Enforcement:
    """On how many nodes a revocation is in force, and how soon it was."""
    if wait:
        return await_enforcement(actor, edge.storage, seq)
    with edge.storage.reading() as work:
        return enforcement_of(actor, work, seq)


def enforced(edge: Edge, actor: Actor, revoked: Revoked, *, wait: bool) -> EnforcedOut:
    """The answer to a revocation; waits for the nodes if asked, and if there is an entry for them to enforce."""
    found = await_enforcement(actor, edge.storage, revoked.seq) if wait and revoked.is_entered else None
    return EnforcedOut(count=revoked.count, seq=revoked.seq, enforcement=found)


def _revoked(actor: Actor, work: Work, given: RevocationIn) -> Revoked:
    if given.before is not None:
        return service.revoke_issued_before(actor, work, given.before, given.reason)
    return _LEVELS[given.level](actor, work, given.value or "", given.reason)
