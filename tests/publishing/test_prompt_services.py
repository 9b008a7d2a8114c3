"""The pure parts of prompts as services."""

from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from passgate.contracts.prompt import PromptDefinition, PromptModel, PromptTest
from passgate.contracts.prompt_checks import prompt_faults
from passgate.contracts.prompt_values import checked_values
from passgate.publishing.prompts.comparison import prompt_changes
from passgate.publishing.prompts.judging import verdict
from passgate.publishing.prompts.library import PromptTemplate, prompt_templates
from passgate.publishing.prompts.openapi import prompt_document

GPT = (PromptModel(name="gpt"),)


def definition(**fields: Any) -> PromptDefinition:
    given = {"user": "{{text}}", "variables": [{"name": "text"}], "models": [{"name": "gpt"}]}
    return PromptDefinition.model_validate(given | fields)


def document(prompt: PromptDefinition) -> dict[str, Any]:
    return prompt_document(prompt, title="T", version="v1", description="", path="/t", server="https://gate.example")


@pytest.mark.parametrize("template", prompt_templates(), ids=lambda template: template.id)
def test_all_of_the_library_can_be_published_and_tried(template: PromptTemplate) -> None:
    prompt = template.prompt.model_copy(update={"models": GPT})
    assert prompt_faults(prompt) == []
    assert checked_values(prompt.variables, template.sample)
    assert prompt.tests
    OpenAPIV31SpecValidator(document(prompt)).validate()


def test_the_library_has_what_it_promises() -> None:
    found = [template.id for template in prompt_templates()]
    assert found == ["sentiment", "translation", "summary", "extraction", "classification", "moderation", "sql"]


def test_a_document_says_what_a_caller_sends_and_gets() -> None:
    variables = [
        {"name": "text", "max_length": 9, "description": "What"},
        {"name": "n", "kind": "number", "required": False, "minimum": 1},
        {"name": "tone", "kind": "enum", "choices": ["a", "b"], "default": "a"},
        {"name": "tags", "kind": "list"},
        {"name": "photo", "kind": "image", "required": False},
        {"name": "loud", "kind": "boolean", "required": False},
    ]
    schema = {"$ref": "#/$defs/a", "$defs": {"a": {"type": "object"}}}
    made = document(definition(variables=variables, output_schema=schema))
    OpenAPIV31SpecValidator(made).validate()
    given = made["components"]["schemas"]["Input"]
    assert given["required"] == ["text", "tags"]
    assert given["properties"]["text"] == {"type": "string", "minLength": 1, "maxLength": 9, "description": "What"}
    assert given["properties"]["tone"] == {"type": "string", "enum": ["a", "b"], "default": "a"}
    assert made["components"]["schemas"]["Answer"]["$ref"] == "#/components/schemas/Answer/$defs/a"
    assert "parameters" not in made["paths"]["/t"]["post"]
    assert "text/event-stream" in document(definition())["paths"]["/t"]["post"]["responses"]["200"]["content"]


JSON = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ({}, {"user": "Say {{text}}"}, ["The user's part is worded otherwise."]),
        ({}, {"system": "Be kind"}, ["The system part is new."]),
        (
            {},
            {"variables": [{"name": "text"}, {"name": "to"}]},
            ["! The variable 'to' (text) is new and required."],
        ),
        (
            {"variables": [{"name": "text"}, {"name": "to"}]},
            {},
            ["! The variable 'to' is removed; callers that send it are refused."],
        ),
        ({}, {"variables": [{"name": "text", "max_length": 5}]}, ["! The length of 'text' is 5; it was none."]),
        ({}, {"variables": [{"name": "text", "kind": "list"}]}, ["! 'text' is of kind list; it was text."]),
        ({}, {"variables": [{"name": "text", "required": False}]}, ["'text' is optional now."]),
        (
            {"variables": [{"name": "text", "kind": "enum", "choices": ["a", "b"]}]},
            {"variables": [{"name": "text", "kind": "enum", "choices": ["b", "c"]}]},
            ["! 'text' can no longer be a.", "'text' can be c too."],
        ),
        ({}, {"output_schema": JSON}, ["! The answer is JSON; it was text."]),
        (
            {"output_schema": JSON},
            {"output_schema": {"type": "object", "properties": {"b": {}}}},
            ["! The answer has no member 'a' any more.", "The answer has a new member 'b'."],
        ),
        (
            {},
            {"models": [{"name": "big"}, {"name": "gpt", "parameters": {"seed": 1}}]},
            ["The model is big, then gpt; it was gpt.", "The parameters of gpt changed: seed 1."],
        ),
        ({}, {"streaming": False}, ["! The answer is no longer streamed."]),
        ({}, {}, []),
    ],
)
def test_differences_in_words(old: dict[str, Any], new: dict[str, Any], told: list[str]) -> None:
    changes = prompt_changes(definition(**old), definition(**new))
    assert [("! " if change.breaking else "") + change.text for change in changes] == told


@pytest.mark.parametrize(
    ("expect", "value", "answer", "fault"),
    [
        ("valid", None, {"text": "x"}, None),
        ("equals", "Hello", {"text": " Hello\n"}, None),
        ("equals", "Hello", {"text": "Bye"}, "It is 'Bye', not 'Hello'."),
        ("contains", "hell", {"text": "Hello"}, None),
        ("contains", "x", {"text": "Hello"}, "'x' is not in 'Hello'."),
    ],
)
def test_verdicts_on_text(expect: str, value: Any, answer: Any, fault: str | None) -> None:
    test = PromptTest.model_validate({"expect": expect, "value": value})
    assert verdict(test, answer, is_text=True) == fault


@pytest.mark.parametrize(
    ("expect", "value", "fault"),
    [
        ("equals", {"a": {"b": 1, "c": [1]}}, None),
        ("equals", {"a": 1}, 'It is {"a":{"b":1,"c":[1]}}, not {"a":1}.'),
        ("contains", '"b":1', None),
        ("subset", {"a": {"b": 1}}, None),
        ("subset", {"a": {"b": 2}}, "At $.a.b: it is 1, not 2."),
        ("subset", {"a": {"d": 2}}, "At $.a: there is no 'd'."),
        ("subset", {"a": {"c": [2]}}, "At $.a.c: it is [1], not [2]."),
    ],
)
def test_verdicts_on_json(expect: str, value: Any, fault: str | None) -> None:
    test = PromptTest.model_validate({"expect": expect, "value": value})
    assert verdict(test, {"a": {"b": 1, "c": [1]}}, is_text=False) == fault
