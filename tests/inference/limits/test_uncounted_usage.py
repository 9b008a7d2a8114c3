"""What is charged for a stream whose vendor had not counted it, and what bounds that."""

import pytest

from passgate.contracts.usage_record import TokenUsage
from passgate.inference.limits.estimate import output_bound
from passgate.inference.limits.uncounted_usage import estimated_usage


@pytest.mark.parametrize(("said", "tokens"), [(0, 0), (1, 1), (3, 1), (4, 2), (3000, 1000)])
def test_a_token_is_three_bytes_of_what_was_said(said: int, tokens: int) -> None:
    usage = estimated_usage(None, said, input_tokens=40, most_output=None)
    assert usage == TokenUsage(input=40, output=tokens)


def test_what_was_told_of_the_prompt_holds_as_it_is() -> None:
    told = TokenUsage(input=1000, output=2, cached_input=900, reasoning=1)
    usage = estimated_usage(told, 30, input_tokens=5000, most_output=None)
    assert usage == TokenUsage(input=1000, output=12, cached_input=900, reasoning=1)
    assert told.output == 2


def test_a_vendor_that_counted_no_prompt_yet_does_not_make_it_free() -> None:
    assert estimated_usage(TokenUsage(), 3, input_tokens=40, most_output=None) == TokenUsage(input=40, output=1)


@pytest.mark.parametrize(("told", "output"), [(0, 10), (4, 10), (25, 25)], ids=["nothing", "some", "more"])
def test_the_bound_holds_for_the_estimate_and_not_for_what_was_told(told: int, output: int) -> None:
    usage = estimated_usage(TokenUsage(input=1, output=told), 300, input_tokens=1, most_output=10)
    assert usage.output == output


@pytest.mark.parametrize(
    ("document", "of_the_model", "bound"),
    [
        ({"max_tokens": 10}, None, 10),
        ({"max_tokens": 10, "n": 3}, None, 30),
        ({"max_tokens": 10}, 5, 5),
        ({"generationConfig": {"maxOutputTokens": 7, "candidateCount": 2}}, 100, 14),
        ({}, 100, 100),
        ({"n": 2}, 100, 200),
        ({}, None, None),
        ({"n": 2}, None, None),
        ({"max_tokens": 10**12}, None, None),
    ],
)
def test_an_answer_is_bounded_by_what_request_or_model_states(
    document: dict[str, object], of_the_model: int | None, bound: int | None
) -> None:
    assert output_bound(document, of_the_model) == bound
