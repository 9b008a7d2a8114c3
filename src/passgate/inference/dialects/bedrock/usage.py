"""Usage as Bedrock tells it."""

from passgate.contracts.usage_record import TokenUsage
from passgate.inference.exchange.reading import as_count, as_list, as_object


def read_usage(usage: object) -> TokenUsage | None:
    """The usage of an answer; Bedrock counts what the cache read and wrote beside ``inputTokens``.

    ``cacheDetails`` tells what was written for an hour (Bedrock API reference, TokenUsage and CacheDetail).
    """
    if not isinstance(usage, dict):
        return None
    cached = as_count(usage.get("cacheReadInputTokens"))
    written = as_count(usage.get("cacheWriteInputTokens"))
    details = (as_object(one) for one in as_list(usage.get("cacheDetails")))
    hour = sum(as_count(one.get("inputTokens")) for one in details if one.get("ttl") == "1h")
    return TokenUsage(
        input=as_count(usage.get("inputTokens")) + cached + written,
        output=as_count(usage.get("outputTokens")),
        cached_input=cached,
        cache_write=written,
        cache_write_long=min(hour, written),
    )
