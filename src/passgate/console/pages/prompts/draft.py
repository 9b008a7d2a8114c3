"""A prompt while it is being written in the console."""

import json
from dataclasses import dataclass, field
from typing import Any

from passgate.contracts.prompt import PromptDefinition, PromptModel, PromptTest, PromptVariable
from passgate.contracts.prompt_template import TemplateError, names_in
from passgate.kernel.errors import InvalidInputError
from passgate.publishing.prompts.library import PromptTemplate

BLANK_SCHEMA: dict[str, Any] = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}


@dataclass(slots=True)
class Draft:
    """What the page holds; the fields hold the rest."""

    variables: dict[str, PromptVariable] = field(default_factory=dict)
    """By name, also those that the text no longer uses: they may come back."""
    values: dict[str, str] = field(default_factory=dict)
    """To try it with, as typed."""
    tests: list[PromptTest] = field(default_factory=list)
    last_input: dict[str, Any] = field(default_factory=dict)
    last_answer: Any = None
    """Of the trial before; None: there was none that went well."""

    def take_up(self, template: PromptTemplate | None) -> None:
        """Start from a prompt of the library, or from nothing."""
        self.variables, self.values, self.tests, self.last_answer = {}, {}, [], None
        if template is not None:
            self.variables = {variable.name: variable for variable in template.prompt.variables}
            self.values = {name: as_typed(value) for name, value in template.sample.items()}
            self.tests = list(template.prompt.tests)

    def used(self, system: str, user: str) -> list[PromptVariable]:
        """The variables of the text as it stands; a new one is a text until somebody says otherwise."""
        names: list[str] = []
        for text in (system, user):
            try:
                names += names_in(text)
            except TemplateError:
                continue  # in the middle of typing
        return [self.variables.setdefault(name, PromptVariable(name=name)) for name in dict.fromkeys(names)]


def definition_from(draft: Draft, fields: dict[str, Any]) -> PromptDefinition:
    """The prompt that the page describes.

    Raises:
        InvalidInputError: the schema is no JSON object.
    """
    models = [fields["model"], fields["fallback"]]
    return PromptDefinition(
        system=fields["system"],
        user=fields["user"],
        variables=tuple(draft.used(fields["system"], fields["user"])),
        models=tuple(PromptModel(name=name) for name in dict.fromkeys(models) if name),
        output_schema=_schema(fields["schema"]) if fields["answer"] == "json" else None,
        tests=tuple(draft.tests),
        tests_required=bool(fields["tests_required"] and draft.tests),
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
