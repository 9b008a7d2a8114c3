"""Usage in the many places where vendors put it."""

from dataclasses import asdict
from typing import Any

import pytest

from passgate.inference.dialects.anthropic.usage import UsageCount
from passgate.inference.dialects.openai.usage import read_usage


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({}, None),
        ({"usage": None}, None),
        ({"usage": "many"}, None),
        ({"usage": {}}, {}),
        ({"usage": {"prompt_tokens": 5, "completion_tokens": 2}}, {"input": 5, "output": 2}),
        ({"x_groq": {"usage": {"prompt_tokens": 5}}}, {"input": 5}),
        ({"usage": {"prompt_tokens": 5, "prompt_cache_hit_tokens": 3}}, {"input": 5, "cached_input": 3}),
        ({"usage": {"prompt_tokens": 5, "num_cached_tokens": 3}}, {"input": 5, "cached_input": 3}),
        ({"usage": {"prompt_tokens": 5, "cached_tokens": 9}}, {"input": 5, "cached_input": 5}),
        (
            {"usage": {"prompt_tokens": 9, "prompt_tokens_details": {"cached_tokens": 8, "cache_write_tokens": 8}}},
            {"input": 9, "cached_input": 8, "cache_write": 1},
        ),
        (
            # Thoughts beside the answer, as xAI counts them.
            {
                "usage": {
                    "prompt_tokens": 5,
                    "completion_tokens": 2,
                    "total_tokens": 17,
                    "completion_tokens_details": {"reasoning_tokens": 10},
                }
            },
            {"input": 5, "output": 12, "reasoning": 10},
        ),
        ({"usage": {"prompt_tokens": -5, "completion_tokens": True}}, {}),
        ({"usage": {"prompt_tokens": 5.0, "completion_tokens": 1.5}}, {"input": 5}),
        (
            {
                "usage": {
                    "prompt_tokens": 5,
                    "completion_tokens": 4,
                    "prompt_tokens_details": {"audio_tokens": 2},
                    "completion_tokens_details": {"audio_tokens": 3},
                }
            },
            {"input": 5, "output": 4, "input_audio": 2, "output_audio": 3},
        ),
    ],
)
def test_openai_like_usage(document: dict[str, Any], expected: Any) -> None:
    usage = read_usage(document)
    assert (None if usage is None else {name: count for name, count in asdict(usage).items() if count}) == expected


def test_anthropics_usage_comes_in_parts_and_is_summed() -> None:
    count = UsageCount()
    assert count.total() is None
    count.add({"input_tokens": 5, "cache_read_input_tokens": 2, "cache_creation_input_tokens": 3, "output_tokens": 1})
    count.add({"output_tokens": 9, "input_tokens": None})
    count.add("nonsense")
    count.add({"output_tokens": 20, "cache_read_input_tokens": 4, "output_tokens_details": {"thinking_tokens": 8}})
    total = count.total()
    assert total is not None
    assert {name: count for name, count in asdict(total).items() if count} == {
        "input": 12,
        "output": 20,
        "cached_input": 4,
        "cache_write": 3,
        "reasoning": 8,
    }
