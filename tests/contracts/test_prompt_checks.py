from typing import Any

import pytest

from passgate.contracts.prompt import PromptDefinition
from passgate.contracts.prompt_checks import prompt_faults

TEXT = {"name": "text"}
GOOD: dict[str, Any] = {"user": "Say {{text}}", "variables": [TEXT], "models": [{"name": "gpt"}]}


def test_a_good_prompt_has_no_faults() -> None:
    schema = {"type": "object", "properties": {"a": {"$ref": "#/$defs/a"}}, "$defs": {"a": {"pattern": "^[A-Z]{3}$"}}}
    tests = [{"input": {"text": "a"}, "expect": "subset", "value": {"a": 1}}]
    more = {"output_schema": schema, "tests": tests, "tests_required": True, "system": "Be {{text}}"}
    assert prompt_faults(PromptDefinition.model_validate(GOOD | more)) == []


@pytest.mark.parametrize(
    ("change", "field", "rule"),
    [
        ({"user": " "}, "user", "is empty"),
        ({"user": "{{text}} {{other}}"}, "user", "there is no 'other'"),
        ({"user": "{{text|upper}}"}, "user", "only {{name}} may stand there"),
        ({"user": "Say"}, "variables.0.name", "'text' is used nowhere"),
        ({"variables": [TEXT, TEXT]}, "variables.1.name", "two of the name 'text'"),
        ({"variables": [{"name": "a b"}], "user": "x"}, "variables.0.name", "A name has letters"),
        ({"variables": [TEXT | {"kind": "enum"}]}, "variables.0.choices", "needs choices"),
        ({"variables": [TEXT | {"choices": ["a"]}]}, "variables.0.choices", "Only an enum"),
        ({"variables": [TEXT | {"kind": "number", "minimum": 2, "maximum": 1}]}, "variables.0.minimum", "above"),
        ({"variables": [TEXT | {"default": 5}]}, "variables.0.default", "must be a string"),
        ({"variables": [TEXT | {"kind": "image"}], "system": "{{text}}"}, "system", "user's part only"),
        ({"models": []}, "models", "needs a model"),
        ({"models": [{"name": "a", "parameters": {"n": 2}}]}, "models.0.parameters.n", "no such parameter"),
        ({"models": [{"name": "a", "parameters": {"seed": "x"}}]}, "models.0.parameters.seed", "wrong type"),
        ({"output_schema": {"type": "objekt"}}, "output_schema", "at $.type"),
        ({"output_schema": {"$ref": "http://x/y"}}, "output_schema", "only places within itself"),
        ({"output_schema": {"pattern": "(a+)+$"}}, "output_schema", "may take too long"),
        ({"tests": [{"input": {}}]}, "tests.0.input", "'text' is required"),
        ({"tests": [{"input": {"text": "a"}, "expect": "contains"}]}, "tests.0.value", "is a text"),
        ({"tests_required": True}, "tests_required", "no tests"),
    ],
)
def test_each_fault_names_its_field(change: dict[str, Any], field: str, rule: str) -> None:
    faults = prompt_faults(PromptDefinition.model_validate(GOOD | change))
    assert (field, rule) in [(found, rule if rule in text else text) for found, text in faults]


def test_a_schema_without_end_is_refused() -> None:
    schema: dict[str, Any] = {}
    inner = schema
    for _ in range(40):
        inner["not"] = {}
        inner = inner["not"]
    faults = prompt_faults(PromptDefinition.model_validate(GOOD | {"output_schema": schema}))
    assert faults == [("output_schema", "The schema is nested deeper than 30 levels.")]
