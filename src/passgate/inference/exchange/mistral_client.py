"""Mistral's own SDKs as clients: they call OpenAI's paths in Mistral's words, and check the answers against theirs."""

from collections.abc import Mapping

from passgate.inference.translation import ParsedRequest, Target

AGENT = "user-agent"
MARK = "mistral-client-"
"""How they begin to name themselves (``mistral-client-python/3.7.0``, ``mistral-client-typescript/…``)."""


def is_mistral_client(headers: Mapping[str, str]) -> bool:
    """Tell whether a request, by its headers' lower-case names, comes from such an SDK."""
    return headers.get(AGENT, "").startswith(MARK)


def needs_other_words(parsed: ParsedRequest, target: Target) -> bool:
    """Tell whether another vendor than Mistral is to answer such an SDK, so that its bytes must not pass."""
    return AGENT in parsed.headers and target.vendor != "mistral"
