"""What would this request meet, and may it be made?"""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from passgate.api.dependencies import CurrentActor, CurrentEdge, needs
from passgate.gateway.access import Question, explain_access
from passgate.gateway.preview.rule import Outcome
from passgate.kernel.given import Input
from passgate.kernel.permissions import Permission

router = APIRouter(prefix="/api/v1/access", tags=["access"])


class AccessQuestion(Input):
    """A call that somebody could make: with a token, with any good token of an application, or with none."""

    jti: Annotated[str, Field(max_length=40)] | None = None
    application_id: Annotated[str, Field(max_length=40)] | None = None
    method: Annotated[str, Field(pattern=r"^[A-Za-z]{1,20}$")] = "GET"
    path: Annotated[str, Field(min_length=1, max_length=2000, description="As it is called, such as `/orders/17`.")]
    model: Annotated[str, Field(max_length=200)] | None = Field(default=None, description="Of an AI call.")
    host: Annotated[str, Field(max_length=255)] | None = Field(
        default=None, description="Unset: one that no service has for itself."
    )
    headers: Annotated[dict[str, Annotated[str, Field(max_length=2000)]], Field(max_length=50)] = Field(
        default={}, description="Such as `x-api-version`, `x-passgate-revision` or `origin`."
    )
    address: Annotated[str, Field(max_length=45)] | None = Field(default=None, description="Of the client.")
    body_bytes: Annotated[int, Field(ge=0)] | None = Field(default=None, description="Length of the body.")


class AccessRule(BaseModel):
    """One rule and how it turned out."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    outcome: Outcome = Field(
        description="`depends` on what cannot be known before the call; `changes` something of call or answer."
    )
    passed: bool = Field(description="Whether the call goes on.")
    text: str
    code: str | None = Field(description="Of the refusal, as the gate's answer has it.")
    status: int | None = Field(description="HTTP status of the gate's own answer.")


class AccessAnswer(BaseModel):
    """Whether the call may be made, with the rules in the order in which the gate asks them."""

    model_config = ConfigDict(from_attributes=True)

    allowed: bool
    decided_by: str | None = Field(description="The first rule that refuses.")
    code: str | None = Field(description="Of the refusal, as the gate's answer has it.")
    status: int | None = Field(description="HTTP status of the refusal.")
    service_id: str | None
    version: str | None = Field(description="Name of the version.")
    revision_id: str | None = Field(description="The likeliest, where several answer by weight.")
    route_id: str | None
    application_id: str | None
    rules: list[AccessRule]


@router.post("/explain", dependencies=[needs(Permission.TOKEN_READ)])
def explain(edge: CurrentEdge, actor: CurrentActor, asked: AccessQuestion) -> AccessAnswer:
    """Go through the gate's rules for a call; nothing is called and nothing changes."""
    question = Question(**asked.model_dump())
    with edge.storage.reading() as work:
        return AccessAnswer.model_validate(explain_access(actor, work, edge.token_issuer, question))
