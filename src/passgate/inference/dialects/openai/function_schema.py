"""The schema of a function's arguments as OpenAI takes it.

OpenAI refuses what JSON Schema allows and others take, MCP servers' schemas among them: "object schema missing
properties" of an object at the top, and "array schema missing items" of any array.
"""

from typing import Any

from passgate.inference.dialects.openai.profile import OpenAIProfile

_DATA = frozenset({"const", "default", "enum", "example", "examples"})
"""Members that hold values, no schemas."""


def function_schema(schema: dict[str, Any], profile: OpenAIProfile) -> dict[str, Any]:
    """The schema, with what says nothing and must be there; of other vendors, or complete, the same object."""
    if not profile.gpt_models:
        return schema
    told: dict[str, Any] = _with_items(schema)
    if told.get("type") == "object" and "properties" not in told:
        return {**told, "properties": {}}
    return told


def _with_items(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """The value with ``items`` of any kind in each array that names none; the same object where none was missing."""
    if isinstance(value, list):
        items = [_with_items(item) for item in value]
        return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
    if not isinstance(value, dict):
        return value
    changed = {}
    for name, member in value.items():
        if isinstance(member, dict | list) and name not in _DATA:
            new = _with_items(member)
            if new is not member:
                changed[name] = new
    kind = value.get("type")
    if (kind == "array" or (isinstance(kind, list) and "array" in kind)) and not {
        "items",
        "prefixItems",
    } & value.keys():
        changed["items"] = {}
    return {**value, **changed} if changed else value
