"""Usage as Anthropic tells it."""

from passgate.contracts.usage_record import TokenUsage
from passgate.inference.exchange.reading import as_count, as_object


class UsageCount:
    """Anthropic's usage of one message; a stream tells it in parts, each replacing what it repeats.

    Anthropic counts cached and cache-written input beside ``input_tokens``; the gate's input is the sum of the three.
    """

    def __init__(self) -> None:
        self._told: dict[str, int] = {}
        self._reasoning = 0
        self._hour = 0

    def add(self, usage: object) -> None:
        """Take in one telling."""
        if not isinstance(usage, dict):
            return
        for name in ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens", "output_tokens"):
            if usage.get(name) is not None:
                self._told[name] = as_count(usage[name])
        kept = as_object(usage.get("cache_creation"))
        if "ephemeral_1h_input_tokens" in kept:
            self._hour = as_count(kept["ephemeral_1h_input_tokens"])
        details = as_object(usage.get("output_tokens_details"))
        if "thinking_tokens" in details:
            self._reasoning = as_count(details["thinking_tokens"])

    def total(self) -> TokenUsage | None:
        """The usage so far; None where nothing was told."""
        told = self._told
        if not told:
            return None
        cached = told.get("cache_read_input_tokens", 0)
        written = told.get("cache_creation_input_tokens", 0)
        output = told.get("output_tokens", 0)
        return TokenUsage(
            input=told.get("input_tokens", 0) + cached + written,
            output=output,
            cached_input=cached,
            cache_write=written,
            reasoning=min(self._reasoning, output),
            cache_write_long=min(self._hour, written),
        )


def read_usage(usage: object) -> TokenUsage | None:
    """The usage of a whole answer."""
    count = UsageCount()
    count.add(usage)
    return count.total()
