"""Why a token holds or not, check by check."""

from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from passgate.api.dependencies import CurrentActor, CurrentEdge, needs
from passgate.identity.service.token_explanation import TokenToExplain, explain_token
from passgate.kernel.permissions import Permission

router = APIRouter(prefix="/api/v1/tokens", tags=["tokens"])


class CheckOut(BaseModel):
    """One check."""

    model_config = ConfigDict(from_attributes=True)

    name: str = Field(description="Stable name of the check.")
    title: str
    outcome: Literal["pass", "fail", "skip"] = Field(
        description="`skip` where an earlier failure left nothing to look at."
    )
    reason: str
    code: str | None = Field(description="Code of the refusal, where it failed.")


class ExplanationOut(BaseModel):
    """What was found of a token."""

    model_config = ConfigDict(from_attributes=True)

    holds: bool = Field(description="Whether every check passed.")
    checks: list[CheckOut] = Field(description="In the verifier's order: it refuses with the first that failed.")
    header: dict[str, Any] | None = Field(description="As the token says; null where it cannot be read.")
    payload: dict[str, Any] | None
    notes: list[str]


@router.post("/verify", dependencies=[needs(Permission.TOKEN_READ)])
def verify_token(edge: CurrentEdge, actor: CurrentActor, given: TokenToExplain) -> ExplanationOut:
    """Check any JWT, with Passgate's keys or with yours, and say of each check why. Nothing of it is kept."""
    with edge.storage.reading() as work:
        return ExplanationOut.model_validate(explain_token(actor, work, edge.token_issuer, given))
