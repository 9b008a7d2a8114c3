"""What the services of prompts take in and give out."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from passgate.contracts.prompt import PromptDefinition
from passgate.kernel.given import Input
from passgate.publishing.prompts.gate import Trial


class PromptCheckIn(Input):
    """A prompt to look at."""

    team_id: str = Field(description="Whose models it may ask.")
    prompt: PromptDefinition


class PromptFault(BaseModel):
    """Something wrong with a prompt."""

    field: str = Field(examples=["variables.0.name"])
    rule: str


class PromptCheck(BaseModel):
    """What was found."""

    faults: list[PromptFault] = Field(description="Empty: it can be published.")
    input_schema: dict[str, Any] = Field(description="JSON Schema of what its callers send.")


class PromptTrialIn(Input):
    """A prompt to try, and what to send it."""

    team_id: str = Field(description="Whose models it asks, and where the call counts.")
    prompt: PromptDefinition
    input: dict[str, Any] = Field(default_factory=dict, description="The variables.")


class PromptTestResult(BaseModel):
    """What came of one test."""

    name: str
    fault: str | None = Field(description="Why it did not pass; null: it did.")
    trial: Trial


class PromptTestView(BaseModel):
    """A run of all of a revision's tests."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    revision_id: str
    digest: str = Field(description="Of the revision as it was tested.")
    passed: int
    failed: int
    results: list[PromptTestResult]
    ran_at: datetime
    ran_by: str
