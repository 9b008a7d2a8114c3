"""Usage as Cohere tells it."""

from passgate.contracts.usage_record import TokenUsage
from passgate.inference.exchange.reading import as_count, as_object


def read_usage(usage: object) -> TokenUsage | None:
    """The usage of an answer: the tokens that are billed, which leave out Cohere's own instructions to the model."""
    told = as_object(usage)
    counted = as_object(told.get("billed_units")) or as_object(told.get("tokens"))
    if not counted:
        return None
    total = as_count(counted.get("input_tokens"))
    return TokenUsage(
        input=total,
        output=as_count(counted.get("output_tokens")),
        # The cache is counted with those instructions, so it may hold more than is billed.
        cached_input=min(as_count(told.get("cached_tokens")), total),
    )
