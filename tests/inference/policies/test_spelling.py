"""Where answers are masked, nothing spells their text out once more."""

import json
from typing import Any

import pytest

from passgate.inference.policies.spelling import without_spelling

ROWS = [{"token": "4111", "logprob": -0.1}]


@pytest.mark.parametrize(
    "document",
    [
        {"choices": [{"message": {"content": "x"}, "logprobs": {"content": ROWS}}]},
        {"choices": [{"delta": {"vendor_blocks": [{"block": {"type": "logprobs", "logprobs": {"content": ROWS}}}]}}]},
        {"candidates": [{"logprobsResult": {"chosenCandidates": ROWS}}]},
        {"content": [], "vendor_blocks": [{"block": {"type": "logprobs", "logprobs": {"content": ROWS}}}]},
        {"type": "response.output_text.delta", "delta": "x", "logprobs": ROWS},
        {"type": "response.completed", "response": {"output": [{"content": [{"text": "x", "logprobs": ROWS}]}]}},
    ],
)
def test_log_probabilities_are_taken_off_wherever_they_stand(document: dict[str, Any]) -> None:
    before = json.dumps(document)
    kept = without_spelling(document)
    assert "4111" not in json.dumps(kept)
    assert json.dumps(document) == before


@pytest.mark.parametrize(
    "document",
    [
        {"content": [{"type": "tool_use", "input": {"logprobs": "of a tool"}}]},
        {"logprobs": None},
        {"logprobs": []},
        "x",
    ],
)
def test_a_document_without_them_is_the_very_same(document: object) -> None:
    assert without_spelling(document) is document
