"""Gemini's ``Schema``, a dialect of OpenAPI 3.0's, as JSON Schema (https://ai.google.dev/api/caching#Schema)."""

from typing import Any

from passgate.inference.inbound.gemini.proto_fields import camel

_NUMBERS = ("minItems", "maxItems", "minProperties", "maxProperties", "minLength", "maxLength")
"""64-bit integers, which may be written as strings."""
_OWN = ("nullable", "propertyOrdering", "example", "type")


def json_schema(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema in the terms that every vendor knows; an order of properties, which no other knows, is not kept."""
    told = {camel(name): value for name, value in schema.items()}
    kept = ((name, value) for name, value in told.items() if name not in _OWN and value is not None)
    found: dict[str, Any] = {**_kind(told), **{name: _member(name, value) for name, value in kept}}
    if told.get("nullable") is True and isinstance(found.get("enum"), list) and None not in found["enum"]:
        found["enum"] = [*found["enum"], None]
    if told.get("example") is not None:
        found["examples"] = [told["example"]]
    return found


def _kind(told: dict[str, Any]) -> dict[str, Any]:
    kind = told.get("type")
    if not isinstance(kind, str) or kind.upper() == "TYPE_UNSPECIFIED":
        return {}
    return {"type": [kind.lower(), "null"] if told.get("nullable") is True else kind.lower()}


def _member(name: str, value: Any) -> Any:  # noqa: ANN401 - JSON of the client's
    if name == "properties" and isinstance(value, dict):
        return {key: _below(inner) for key, inner in value.items()}
    if name in {"anyOf", "prefixItems"} and isinstance(value, list):
        return [_below(inner) for inner in value]
    if name in _NUMBERS and isinstance(value, str) and value.isdecimal():
        return int(value)
    return _below(value) if name in {"items", "additionalProperties"} else value


def _below(value: object) -> Any:  # noqa: ANN401 - JSON of the client's
    return json_schema(value) if isinstance(value, dict) else value
