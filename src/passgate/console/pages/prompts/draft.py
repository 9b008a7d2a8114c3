"""A prompt while it is being written in the console."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from passgate.contracts.prompt import PromptDefinition, PromptExample, PromptModel, PromptTest, PromptVariable
from passgate.contracts.prompt_template import TemplateError, names_in
from passgate.kernel.errors import InvalidInputError

BLANK_SCHEMA: dict[str, Any] = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
SHOWN_PARAMETERS = ("temperature", "max_completion_tokens")
"""Those that have a field; the others stay as they are."""


@dataclass(slots=True)
class Draft:
    """What the page holds; the fields hold the rest."""

    variables: dict[str, PromptVariable] = field(default_factory=dict)
    """By name, also those that the text no longer uses: they may come back."""
    values: dict[str, str] = field(default_factory=dict)
    """To try it with, as typed."""
    tests: list[PromptTest] = field(default_factory=list)
    models: tuple[PromptModel, ...] = ()
    """As they were before: their parameters, which have no field each, stay."""
    last_input: dict[str, Any] = field(default_factory=dict)
    last_answer: Any = None
    """Of the trial before; None: there was none that went well."""

    def take_up(self, prompt: PromptDefinition | None, sample: dict[str, Any] | None = None) -> None:
        """Start from a prompt that there is, or from nothing."""
        self.variables, self.tests, self.models, self.last_answer = {}, [], (), None
        self.values = {name: as_typed(value) for name, value in (sample or {}).items()}
        if prompt is not None:
            self.variables = {variable.name: variable for variable in prompt.variables}
            self.tests = list(prompt.tests)
            self.models = prompt.models

    def used(self, texts: Sequence[str]) -> list[PromptVariable]:
        """The variables of the text as it stands; a new one is a text until somebody says otherwise."""
        names: list[str] = []
        for text in texts:
            try:
                names += names_in(text)
            except TemplateError:
                continue  # in the middle of typing
        return [self.variables.setdefault(name, PromptVariable(name=name)) for name in dict.fromkeys(names)]

    def chain(self, names: Sequence[str], shown: dict[str, Any]) -> tuple[PromptModel, ...]:
        """The models by those names; the first's parameters hold for those that had none of their own."""
        before = {model.name: model.parameters for model in self.models}
        main_before = self.models[0].parameters if self.models else {}
        made: list[PromptModel] = []
        for name in dict.fromkeys(names):
            own = before.get(name, main_before)
            if not made or own == main_before:
                kept = {key: value for key, value in own.items() if key not in SHOWN_PARAMETERS}
                own = {**kept, **{key: value for key, value in shown.items() if value is not None}}
            made.append(PromptModel(name=name, parameters=own))
        return tuple(made)


@dataclass(frozen=True, slots=True)
class Written:
    """What the fields of the editor hold."""

    system: str
    user: str
    model: str | None
    fallbacks: Sequence[str]
    parameters: dict[str, Any]
    examples: tuple[PromptExample, ...]
    output_schema: str | None
    """As typed; None: the answer is text."""
    streaming: bool
    tests_required: bool


def definition_from(draft: Draft, written: Written) -> PromptDefinition:
    """The prompt that the page describes.

    Raises:
        InvalidInputError: the schema is no JSON object.
    """
    return PromptDefinition(
        system=written.system,
        user=written.user,
        examples=written.examples,
        variables=tuple(draft.used((written.system, written.user))),
        models=draft.chain([name for name in (written.model, *written.fallbacks) if name], written.parameters),
        output_schema=None if written.output_schema is None else _schema(written.output_schema),
        streaming=written.streaming,
        tests=tuple(draft.tests),
        tests_required=bool(written.tests_required and draft.tests),
    )


def _schema(text: str) -> dict[str, Any]:
    try:
        schema = json.loads(text)
    except ValueError as error:
        raise InvalidInputError(f"The schema is not JSON: {error}.", field="schema") from None
    if not isinstance(schema, dict):
        raise InvalidInputError("The schema must be an object.", field="schema")
    return schema


def with_member(text: str, name: str, kind: str) -> str:
    """A schema with one more required member."""
    try:
        schema = json.loads(text)
    except ValueError:
        schema = dict(BLANK_SCHEMA)
    properties = {**schema.get("properties", {}), name: {"type": kind}}
    if kind == "array":
        properties[name]["items"] = {"type": "string"}
    required = [*schema.get("required", []), *([] if name in schema.get("required", []) else [name])]
    return json.dumps({**schema, "type": "object", "properties": properties, "required": required}, indent=2)


def typed_values(variables: list[PromptVariable], typed: dict[str, str]) -> dict[str, Any]:
    """What was typed, each as its variable's kind; what is empty is left out."""
    found = {variable.name: _value(variable, typed.get(variable.name, "")) for variable in variables}
    return {name: value for name, value in found.items() if value is not None}


def _value(variable: PromptVariable, text: str) -> object:
    if not text:
        return None
    if variable.kind == "list":
        return [line.strip() for line in text.splitlines() if line.strip()]
    if variable.kind in {"number", "boolean"}:
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text


def as_typed(value: object) -> str:
    """A value as somebody would type it."""
    if isinstance(value, list):
        return "\n".join(map(str, value))
    return value if isinstance(value, str) else json.dumps(value)
