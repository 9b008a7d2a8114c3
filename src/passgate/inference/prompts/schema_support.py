"""Whether what answers a model holds its answers to a JSON Schema by itself."""

from collections.abc import Iterable

from passgate.inference.dialects.openai.profile import read_profile
from passgate.inference.translation import Target

_ENFORCING = ("anthropic", "gemini", "cohere", "ollama")
"""Dialects with a member for a schema. Bedrock has one too, but only few of its models take it."""


def enforces_schemas(targets: Iterable[Target]) -> bool:
    """Whether all of these do, so that it does not matter which of them answers."""
    return all(
        read_profile(target.profile).json_schema if target.dialect == "openai" else target.dialect in _ENFORCING
        for target in targets
    )
