"""Usage as OpenAI-compatible vendors tell it, in all the places where they put it."""

from typing import Any

from passgate.contracts.usage_record import TokenUsage
from passgate.inference.exchange.reading import as_count, as_object


def read_usage(document: dict[str, Any]) -> TokenUsage | None:
    """The usage of an answer or of a stream's event; None where it tells none.

    Cached input: ``prompt_tokens_details.cached_tokens`` (OpenAI), ``prompt_cache_hit_tokens`` (DeepSeek),
    ``num_cached_tokens`` (Mistral), ``cached_tokens`` (Together). Groq's streams put usage under ``x_groq``.
    """
    usage = document.get("usage")
    if not isinstance(usage, dict):
        usage = as_object(document.get("x_groq")).get("usage")
    if not isinstance(usage, dict):
        return None
    into = as_object(usage.get("prompt_tokens_details"))
    out = as_object(usage.get("completion_tokens_details"))
    prompt = as_count(usage.get("prompt_tokens"))
    completion = as_count(usage.get("completion_tokens"))
    reasoning = as_count(out.get("reasoning_tokens")) or as_count(usage.get("reasoning_tokens"))
    if reasoning and as_count(usage.get("total_tokens")) == prompt + completion + reasoning:
        # Some (xAI) count the thoughts beside the answer, not within it.
        completion += reasoning
    cached = min(_cached(usage, into), prompt)
    return TokenUsage(
        input=prompt,
        output=completion,
        cached_input=cached,
        # Some (OpenRouter for Gemini) count what is read from the cache as written to it as well.
        cache_write=min(as_count(into.get("cache_write_tokens")), prompt - cached),
        reasoning=min(reasoning, completion),
        input_audio=as_count(into.get("audio_tokens")),
        output_audio=as_count(out.get("audio_tokens")),
    )


def _cached(usage: dict[str, Any], details: dict[str, Any]) -> int:
    return (
        as_count(details.get("cached_tokens"))
        or as_count(usage.get("prompt_cache_hit_tokens"))
        or as_count(usage.get("num_cached_tokens"))
        or as_count(usage.get("cached_tokens"))
    )
