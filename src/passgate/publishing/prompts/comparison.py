"""How two revisions of a prompt differ, in words, and what of it breaks callers."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from passgate.contracts.prompt import PromptDefinition, PromptModel, PromptVariable


class PromptChange(BaseModel):
    """One difference."""

    text: str
    breaking: bool = False
    """A caller that was served before may be refused, or get what it cannot read."""


def prompt_changes(old: PromptDefinition, new: PromptDefinition) -> list[PromptChange]:
    """All differences, those that break callers first."""
    found = [*_variables(old, new), *_output(old, new), *_wording(old, new), *_models(old, new), *_tests(old, new)]
    return sorted(found, key=lambda change: not change.breaking)


def _wording(old: PromptDefinition, new: PromptDefinition) -> Iterator[PromptChange]:
    for field, name in (("system", "system part"), ("user", "user's part")):
        before, after = getattr(old, field), getattr(new, field)
        if before == after:
            continue
        if not before or not after:
            yield PromptChange(text=f"The {name} is {'removed' if before else 'new'}.")
        else:
            yield PromptChange(text=f"The {name} is worded otherwise.")
    if old.examples != new.examples:
        yield PromptChange(text=f"The examples changed: {len(old.examples)} before, {len(new.examples)} now.")


def _variables(old: PromptDefinition, new: PromptDefinition) -> Iterator[PromptChange]:
    before = {variable.name: variable for variable in old.variables}
    after = {variable.name: variable for variable in new.variables}
    for name in before.keys() - after.keys():
        yield PromptChange(text=f"The variable '{name}' is removed; callers that send it are refused.", breaking=True)
    for name in sorted(after.keys() - before.keys()):
        needed = _is_needed(after[name])
        text = f"The variable '{name}' ({after[name].kind}) is new" + (" and required." if needed else ".")
        yield PromptChange(text=text, breaking=needed)
    for name in sorted(after.keys() & before.keys()):
        yield from _variable(before[name], after[name])


def _variable(old: PromptVariable, new: PromptVariable) -> Iterator[PromptChange]:
    name = new.name
    if old.kind != new.kind:
        yield PromptChange(text=f"'{name}' is of kind {new.kind}; it was {old.kind}.", breaking=True)
        return
    if _is_needed(old) != _is_needed(new):
        told = "required" if _is_needed(new) else "optional"
        yield PromptChange(text=f"'{name}' is {told} now.", breaking=_is_needed(new))
    for choice in (choice for choice in old.choices if choice not in new.choices):
        yield PromptChange(text=f"'{name}' can no longer be {choice}.", breaking=True)
    for choice in (choice for choice in new.choices if choice not in old.choices):
        yield PromptChange(text=f"'{name}' can be {choice} too.")
    bounds = (("max_length", "length", 1), ("maximum", "maximum", 1), ("minimum", "minimum", -1))
    for field, told, sign in bounds:
        before, after = getattr(old, field), getattr(new, field)
        if before != after:
            tighter = after is not None and (before is None or sign * after < sign * before)
            text = f"The {told} of '{name}' is {_or_none(after)}; it was {_or_none(before)}."
            yield PromptChange(text=text, breaking=tighter)
    if old.default != new.default:
        yield PromptChange(text=f"The default of '{name}' is {_or_none(new.default)}; it was {_or_none(old.default)}.")


def _output(old: PromptDefinition, new: PromptDefinition) -> Iterator[PromptChange]:
    before, after = old.output_schema, new.output_schema
    if (before is None) != (after is None):
        told = "text; it was JSON" if after is None else "JSON; it was text"
        yield PromptChange(text=f"The answer is {told}.", breaking=True)
    elif before is not None and after is not None and before != after:
        yield from _schemas(before, after)
    if old.output_schema is None and new.output_schema is None and old.streaming != new.streaming:
        told = "can be streamed" if new.streaming else "is no longer streamed"
        yield PromptChange(text=f"The answer {told}.", breaking=old.streaming)


def _schemas(old: dict[str, Any], new: dict[str, Any]) -> Iterator[PromptChange]:
    before, after = _properties(old), _properties(new)
    for name in sorted(before.keys() - after.keys()):
        yield PromptChange(text=f"The answer has no member '{name}' any more.", breaking=True)
    for name in sorted(after.keys() - before.keys()):
        yield PromptChange(text=f"The answer has a new member '{name}'.")
    changed = [name for name in sorted(after.keys() & before.keys()) if before[name] != after[name]]
    for name in changed:
        yield PromptChange(text=f"The member '{name}' of the answer has another schema.", breaking=True)
    lost = sorted(set(old.get("required", ())) - set(new.get("required", ())))
    for name in (name for name in lost if name in after):
        yield PromptChange(text=f"The member '{name}' of the answer may be missing now.", breaking=True)
    if not changed and before.keys() == after.keys() and not lost:
        yield PromptChange(text="The schema of the answer changed.")


def _properties(schema: dict[str, Any]) -> dict[str, Any]:
    found = schema.get("properties")
    return found if isinstance(found, dict) else {}


def _models(old: PromptDefinition, new: PromptDefinition) -> Iterator[PromptChange]:
    before, after = _chain(old.models), _chain(new.models)
    if before != after:
        yield PromptChange(text=f"The model is {after}; it was {before}.")
    parameters = {model.name: model.parameters for model in old.models}
    for model in new.models:
        if model.name in parameters and parameters[model.name] != model.parameters:
            yield PromptChange(text=f"The parameters of {model.name} changed: {_told(model)}.")


def _chain(models: tuple[PromptModel, ...]) -> str:
    return ", then ".join(model.name for model in models) or "none"


def _told(model: PromptModel) -> str:
    return ", ".join(f"{name} {value}" for name, value in model.parameters.items()) or "none are set"


def _tests(old: PromptDefinition, new: PromptDefinition) -> Iterator[PromptChange]:
    if old.tests != new.tests:
        yield PromptChange(text=f"The tests changed: {len(old.tests)} before, {len(new.tests)} now.")
    if old.tests_required != new.tests_required:
        told = "must pass before it is published" if new.tests_required else "need not pass any more"
        yield PromptChange(text=f"The tests {told}.")


def _is_needed(variable: PromptVariable) -> bool:
    return variable.required and variable.default is None


def _or_none(value: object) -> str:
    return "none" if value is None else str(value)
