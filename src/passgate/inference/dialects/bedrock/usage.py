"""Usage as Bedrock tells it."""

from passgate.contracts.usage_record import TokenUsage
from passgate.inference.exchange.reading import as_count


def read_usage(usage: object) -> TokenUsage | None:
    """The usage of an answer; Bedrock counts what the cache read and wrote beside ``inputTokens``."""
    if not isinstance(usage, dict):
        return None
    cached = as_count(usage.get("cacheReadInputTokens"))
    written = as_count(usage.get("cacheWriteInputTokens"))
    return TokenUsage(
        input=as_count(usage.get("inputTokens")) + cached + written,
        output=as_count(usage.get("outputTokens")),
        cached_input=cached,
        cache_write=written,
    )
