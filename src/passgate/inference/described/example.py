"""A value that fits a schema: always the same one for the same schema."""

from collections.abc import Mapping
from typing import Any

_DEEPEST = 8
_MOST_VALUES = 5_000
_MOST_ITEMS = 20
_REFERENCE = "#/$defs/"
_TEXTS = {
    "date": "2026-01-15",
    "date-time": "2026-01-15T09:30:00Z",
    "time": "09:30:00Z",
    "duration": "PT1H",
    "email": "name@example.com",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uri": "https://example.com/",
    "url": "https://example.com/",
    "uuid": "3fa85f64-5717-4562-b3fc-2c963f66afa6",
    "byte": "dGV4dA==",
    "binary": "text",
    "password": "********",
}
_KINDS = ("object", "array", "string", "integer", "number", "boolean", "null")


class Examples:
    """Makes values for the schemas of one document."""

    def __init__(self, defs: Mapping[str, Any]) -> None:
        self._defs = defs
        self._left = _MOST_VALUES

    def value(self, schema: Any, depth: int = 0) -> Any:  # noqa: ANN401 - JSON of any shape
        """A value for the schema; a small one where the schema is endless."""
        self._left -= 1
        schema = self._whole(schema)
        for key in ("example", "const", "default"):
            if key in schema:
                return schema[key]
        for key in ("examples", "enum"):
            if isinstance(schema.get(key), list) and schema[key]:
                return schema[key][0]
        return self._made(schema, depth)

    def _made(self, schema: Mapping[str, Any], depth: int) -> Any:  # noqa: ANN401 - as above
        kind = _kind_of(schema)
        if kind == "object":
            return self._object(schema, depth)
        if kind == "array":
            return self._array(schema, depth)
        if kind == "string":
            return _text(schema)
        if kind in {"integer", "number"}:
            return _number(schema, whole=kind == "integer")
        return {"boolean": True, "null": None}.get(kind)

    def _whole(self, schema: Any, hops: int = 0) -> dict[str, Any]:  # noqa: ANN401 - a schema may be true or false
        """A schema without references, all of ``allOf`` in one, and the first of other alternatives."""
        if not isinstance(schema, Mapping) or hops > _DEEPEST:
            return {}
        found = {key: value for key, value in schema.items() if key not in {"$ref", "allOf", "anyOf", "oneOf"}}
        parts = list(schema.get("allOf") or ())
        reference = schema.get("$ref")
        if isinstance(reference, str):
            parts.append(self._defs.get(reference.removeprefix(_REFERENCE), {}))
        for key in ("oneOf", "anyOf"):
            choices = [
                one for one in schema.get(key) or () if not (isinstance(one, Mapping) and one.get("type") == "null")
            ]
            parts += choices[:1]
        for part in parts:
            found = _merged(self._whole(part, hops + 1), found)
        return found

    def _object(self, schema: Mapping[str, Any], depth: int) -> dict[str, Any]:
        required = set(schema.get("required") or ())
        found = {}
        for name, one in (schema.get("properties") or {}).items():
            if isinstance(one, Mapping) and one.get("writeOnly"):
                continue
            if name in required or (depth < _DEEPEST and self._left > 0):
                found[name] = self.value(one, depth + 1) if depth < 2 * _DEEPEST else None
        extra = schema.get("additionalProperties")
        if not found and isinstance(extra, Mapping) and depth < _DEEPEST:
            found["key"] = self.value(extra, depth + 1)
        return found

    def _array(self, schema: Mapping[str, Any], depth: int) -> list[Any]:
        first = [self.value(one, depth + 1) for one in schema.get("prefixItems") or ()]
        least = int(schema.get("minItems") or 0)
        wanted = least if depth >= _DEEPEST or self._left <= 0 else max(least, 1)
        if "items" not in schema or schema.get("maxItems") == 0:
            return first
        while len(first) < min(wanted, _MOST_ITEMS):
            first.append(self.value(schema["items"], depth + 1))
        return first


def _merged(under: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    found = {**under, **over}
    if "properties" in under and "properties" in over:
        both = under["properties"].keys() & over["properties"].keys()
        shared = {name: {"allOf": [under["properties"][name], over["properties"][name]]} for name in both}
        found["properties"] = {**under["properties"], **over["properties"], **shared}
    if "required" in under and "required" in over:
        found["required"] = [*under["required"], *over["required"]]
    return found


def _kind_of(schema: Mapping[str, Any]) -> str:
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((one for one in kind if one != "null"), "null")
    if isinstance(kind, str) and kind in _KINDS:
        return kind
    if "properties" in schema or "additionalProperties" in schema:
        return "object"
    return "array" if "items" in schema or "prefixItems" in schema else "string" if "format" in schema else "object"


def _text(schema: Mapping[str, Any]) -> str:
    text = _TEXTS.get(str(schema.get("format")), "text")
    least, most = int(schema.get("minLength") or 0), schema.get("maxLength")
    text += "x" * (min(least, 10_000) - len(text))
    return text if most is None else text[: int(most)]


def _number(schema: Mapping[str, Any], *, whole: bool) -> int | float:
    step = schema.get("multipleOf") or (1 if whole else 0.5)
    least, most = schema.get("minimum"), schema.get("maximum")
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    if isinstance(least, int | float):
        value = -(-least // step) * step
    elif isinstance(above, int | float):
        value = (above // step + 1) * step
    elif isinstance(most, int | float):
        value = min(1, most // step * step)
    elif isinstance(below, int | float):
        value = min(1, (-(-below // step) - 1) * step)
    else:
        value = step if whole or "multipleOf" in schema else 1.5
    return int(value) if whole else float(value)
