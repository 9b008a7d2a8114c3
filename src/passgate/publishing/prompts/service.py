"""What people ask of prompts before they publish any."""

from passgate.catalog.service.model_names import chat_models
from passgate.contracts.prompt import PromptDefinition
from passgate.kernel.actor import Actor
from passgate.kernel.permissions import Permission
from passgate.publishing.prompts.checks import all_faults
from passgate.publishing.prompts.library import PromptTemplate, prompt_templates
from passgate.publishing.prompts.openapi import input_schema
from passgate.publishing.prompts.schemas import PromptCheck, PromptFault
from passgate.storage.work import Work


def list_templates(actor: Actor) -> tuple[PromptTemplate, ...]:
    """The library to start from.

    Raises:
        ForbiddenError: without the permission service:read anywhere.
    """
    actor.require_somewhere(Permission.SERVICE_READ)
    return prompt_templates()


def check(actor: Actor, work: Work, team_id: str, definition: PromptDefinition) -> PromptCheck:
    """What is wrong with a prompt, if anything; nothing is kept.

    Raises:
        NotFoundError: a team that the actor has no part in.
        ForbiddenError: without the permission service:write in the team.
    """
    actor.require(Permission.SERVICE_WRITE, team_id, what="team")
    faults = [PromptFault(field=field, rule=rule) for field, rule in all_faults(work, team_id, definition)]
    return PromptCheck(faults=faults, input_schema=input_schema(definition))


def models_for(actor: Actor, work: Work, team_id: str) -> list[str]:
    """The chat models that a prompt of the team can ask.

    Raises:
        NotFoundError: a team that the actor has no part in.
        ForbiddenError: without the permission service:write in the team.
    """
    actor.require(Permission.SERVICE_WRITE, team_id, what="team")
    return chat_models(work, team_id)
