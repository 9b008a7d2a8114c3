"""What must hold of a prompt where it is kept: its own rules, and models that its team has."""

from passgate.catalog.service.model_names import chat_models
from passgate.contracts.prompt import PromptDefinition
from passgate.contracts.prompt_checks import Fault, prompt_faults
from passgate.kernel.errors import InvalidInputError
from passgate.storage.work import Work


def check_prompt(work: Work, team_id: str, definition: PromptDefinition) -> None:
    """Refuse a prompt that could not answer.

    Raises:
        InvalidInputError: names the field, such as ``prompt.variables.2.name``, and the rule; all of them where there
            are several.
    """
    faults = all_faults(work, team_id, definition)
    if faults:
        told = " ".join(rule for _, rule in faults)
        raise InvalidInputError(told, code="prompt_invalid", field=f"prompt.{faults[0][0]}")


def all_faults(work: Work, team_id: str, definition: PromptDefinition) -> list[Fault]:
    """All that is wrong with a prompt of a team; empty where nothing is."""
    faults = prompt_faults(definition)
    known = chat_models(work, team_id, [model.name for model in definition.models])
    for at, model in enumerate(definition.models):
        if model.name.strip() and model.name not in known:
            rule = f"The team has no chat model '{model.name}'."
            faults.append((f"models.{at}.name", rule))
    return faults
