"""What the services of prompts take in and give out."""

from typing import Any

from pydantic import BaseModel, Field

from passgate.contracts.prompt import PromptDefinition
from passgate.kernel.given import Input


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
