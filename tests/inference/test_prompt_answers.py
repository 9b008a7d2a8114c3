"""What a model answers is held to the prompt's schema, whatever the schema is."""

import time
from typing import Any

import pytest

from passgate.contracts.prompt import PromptDefinition, PromptModel, PublishedPrompt
from passgate.contracts.prompt_schema import schema_fault
from passgate.inference.prompts.answer import MisfitError, fitting_value
from passgate.inference.prompts.serving_prompt import ServingPrompt


def serving(schema: dict[str, Any]) -> ServingPrompt:
    definition = PromptDefinition(user="Say", models=(PromptModel(name="m"),), output_schema=schema)
    return ServingPrompt(
        PublishedPrompt(service_id="s", version_id="v", revision_id="r", team_id="t", definition=definition)
    )


@pytest.mark.parametrize("keyword", ["$ref", "$dynamicRef"])
def test_references_that_double_at_each_step_end(keyword: str) -> None:
    steps = {f"s{at}": {"allOf": [{keyword: f"#/$defs/s{at + 1}"}] * 2} for at in range(25)}
    schema = {"$ref": "#/$defs/s0", "$defs": {**steps, "s25": {}}}
    assert schema_fault(schema) is None
    validator = serving(schema).validator
    assert validator is not None
    began = time.monotonic()
    with pytest.raises(MisfitError, match="too often"):
        fitting_value("{}", validator)
    assert time.monotonic() - began < 10


def test_a_schema_that_refers_to_itself_is_asked() -> None:
    node = {"type": "object", "properties": {"next": {"$ref": "#"}}, "additionalProperties": False}
    validator = serving(node).validator
    assert validator is not None
    assert fitting_value('{"next": {"next": {}}}', validator) == {"next": {"next": {}}}
    with pytest.raises(MisfitError, match=r"\$\.next"):
        fitting_value('{"next": {"more": 1}}', validator)
