"""Usage as Gemini tells it (https://ai.google.dev/api/generate-content#UsageMetadata)."""

from typing import Any

from passgate.contracts.usage_record import TokenUsage
from passgate.inference.exchange.reading import as_count, as_list, as_object

_TIERS = {"standard": "default", "flex": "flex", "priority": "priority"}


def read_usage(document: dict[str, Any]) -> TokenUsage | None:
    """The usage of an answer or of a stream's event; None where it tells none.

    Gemini counts thoughts beside the candidates, and what its own tools read beside the prompt; the gate's output and
    input are the sums.
    """
    told = document.get("usageMetadata")
    if not isinstance(told, dict) or not told:
        return None
    prompt = as_count(told.get("promptTokenCount")) + as_count(told.get("toolUsePromptTokenCount"))
    thoughts = as_count(told.get("thoughtsTokenCount"))
    return TokenUsage(
        input=prompt,
        output=as_count(told.get("candidatesTokenCount")) + thoughts,
        cached_input=min(as_count(told.get("cachedContentTokenCount")), prompt),
        reasoning=thoughts,
        input_audio=_sound(told.get("promptTokensDetails")),
        output_audio=_sound(told.get("candidatesTokensDetails")),
    )


def read_tier(document: dict[str, Any]) -> str | None:
    """The service tier, in OpenAI's words."""
    tier = as_object(document.get("usageMetadata")).get("serviceTier")
    return _TIERS.get(tier.lower()) if isinstance(tier, str) else None


def _sound(details: object) -> int:
    told = (as_object(detail) for detail in as_list(details))
    return sum(as_count(detail.get("tokenCount")) for detail in told if detail.get("modality") == "AUDIO")
