"""Patterns of a document whose cost has no bound, so that the gate does not ask about them."""

from typing import Any

from passgate.contracts.schema_pattern import longest_text
from passgate.publishing.openapi.faults import pointer
from passgate.publishing.openapi.walking import every_object


def unasked_patterns(document: dict[str, Any]) -> list[str]:
    """Places of patterns that the gate does not ask about, since their cost has no bound."""
    return [pointer([*path, "pattern"]) for path, value in every_object(document) if is_unbounded(value)]


def is_unbounded(value: dict[str, Any]) -> bool:
    """Whether a schema has such a pattern."""
    pattern = value.get("pattern")
    return isinstance(pattern, str) and longest_text(pattern) == 0
