"""Prompts, before they are services."""

from typing import Annotated

from fastapi import APIRouter, Body
from pydantic import BaseModel

from passgate.api.dependencies import CurrentActor, CurrentEdge, needs
from passgate.kernel.permissions import Permission
from passgate.publishing.prompts import service
from passgate.publishing.prompts.library import PromptTemplate
from passgate.publishing.prompts.schemas import PromptCheck, PromptCheckIn

router = APIRouter(prefix="/api/v1", tags=["prompts"])

_PROMPT = {
    "team_id": "team_…",
    "prompt": {
        "user": "Classify the sentiment of {{text}}",
        "variables": [{"name": "text"}],
        "models": [{"name": "gpt-4o-mini"}],
    },
}


class PromptTemplates(BaseModel):
    """The library."""

    items: list[PromptTemplate]


@router.get("/prompt-templates", dependencies=[needs(Permission.SERVICE_READ)])
def list_prompt_templates(actor: CurrentActor) -> PromptTemplates:
    """Prompts to start from: whole definitions but for the model."""
    return PromptTemplates(items=list(service.list_templates(actor)))


@router.post("/prompts/check", dependencies=[needs(Permission.SERVICE_WRITE)])
def check_prompt(
    edge: CurrentEdge, actor: CurrentActor, given: Annotated[PromptCheckIn, Body(examples=[_PROMPT])]
) -> PromptCheck:
    """What is wrong with a prompt, if anything, and what its callers would send; nothing is kept."""
    with edge.storage.reading() as work:
        return service.check(actor, work, given.team_id, given.prompt)
