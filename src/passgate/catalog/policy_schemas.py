"""What the services of policies take in and give out."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from passgate.catalog.schemas import PublicName
from passgate.contracts.ai_policy import MaskingAction, MaskingPlace, MaskingRule
from passgate.kernel.given import Input
from passgate.kernel.text import Line

_MAX_SECONDS = 30 * 86_400
_MAX_BYTES = 32 * 1024 * 1024
_MAX_TOKENS = 100_000_000
_MAX_RULES = 50
_MAX_TEXT = 20_000

CacheSeconds = Annotated[int, Field(ge=0, le=_MAX_SECONDS)]
PromptBytes = Annotated[int, Field(ge=1, le=_MAX_BYTES)]
OutputTokens = Annotated[int, Field(ge=1, le=_MAX_TOKENS)]
MaskingRules = Annotated[tuple[MaskingRule, ...], Field(max_length=_MAX_RULES)]


class PolicyIn(Input):
    """A policy; where nothing is said of whom it concerns, it concerns everybody."""

    name: Line
    team_id: Annotated[str, Field(max_length=40)] | None = None
    """Null: of the whole organisation."""
    application_id: Annotated[str, Field(max_length=40)] | None = None
    model: PublicName | None = None
    """Public name."""
    cache_seconds: CacheSeconds | None = None
    """How long a same request is answered from the cache; 0: never; null: as the caller asks."""
    max_prompt_bytes: PromptBytes | None = None
    max_output_tokens: OutputTokens | None = None
    masking: MaskingRules = ()
    is_enabled: bool = True


class MaskingTrialIn(Input):
    """Rules, and a text to try them on. Nothing of it is kept."""

    masking: Annotated[tuple[MaskingRule, ...], Field(min_length=1, max_length=_MAX_RULES)]
    text: Annotated[str, Field(max_length=_MAX_TEXT)]
    place: MaskingPlace = "request"


class MaskingFindCount(BaseModel):
    """How often a rule found something."""

    rule: str
    action: MaskingAction
    count: int


class MaskingTrialView(BaseModel):
    """What the rules would do."""

    text: str
    """As it would go on; empty where it is blocked."""
    blocked_by: str | None
    """The rule that would refuse the call."""
    finds: tuple[MaskingFindCount, ...]


class PolicyView(BaseModel):
    """A policy as actors see it."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    id: str
    name: str
    team_id: str | None
    application_id: str | None
    model: str | None
    cache_seconds: int | None
    max_prompt_bytes: int | None
    max_output_tokens: int | None
    masking: tuple[MaskingRule, ...]
    is_enabled: bool
    created_at: datetime
