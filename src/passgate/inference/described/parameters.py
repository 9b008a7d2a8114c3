"""Parameters of a call as values (OpenAPI 3.1, "Style Values"), from the text in which they came."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_plus

import orjson

_SEPARATORS = {"spaceDelimited": " ", "pipeDelimited": "|"}
_WORDS = {"true": True, "false": False}


def query_values(query: bytes) -> dict[str, list[str]]:
    """Every value of each name, in order."""
    found: dict[str, list[str]] = {}
    for part in query.decode("latin-1").split("&"):
        if part:
            name, _, value = part.partition("=")
            found.setdefault(unquote_plus(name), []).append(unquote_plus(value))
    return found


def parameter_value(parameter: Mapping[str, Any], schema: Mapping[str, Any], given: list[str]) -> Any:  # noqa: ANN401 - JSON
    """The value that a parameter's texts mean.

    Args:
        parameter: as it was prepared.
        schema: its schema, references followed.
        given: its texts; more than one only in the query.

    Raises:
        ValueError: a parameter in JSON that is none.
    """
    if parameter["style"] == "content":
        return orjson.loads(given[0])
    kinds = _kinds(schema)
    if "array" in kinds:
        separator = _SEPARATORS.get(parameter["style"], ",")
        parts = (
            given
            if len(given) > 1 or (parameter["in"] == "query" and parameter["explode"])
            else given[0].split(separator)
        )
        items = schema.get("items")
        wanted = _kinds(items) if isinstance(items, Mapping) else set()
        return [_plain(part, wanted) for part in parts]
    if "object" in kinds:
        return _object(given[0], schema, explode=bool(parameter["explode"]))
    return _plain(given[-1], kinds)


def _object(text: str, schema: Mapping[str, Any], *, explode: bool) -> dict[str, Any]:
    parts = text.split(",")
    pairs = (
        [part.partition("=")[::2] for part in parts] if explode else list(zip(parts[::2], parts[1::2], strict=False))
    )
    properties = schema.get("properties") or {}
    return {name: _plain(value, _kinds(properties.get(name) or {})) for name, value in pairs}


def _kinds(schema: Any) -> set[str]:  # noqa: ANN401 - a schema may be true or false
    kind = schema.get("type") if isinstance(schema, Mapping) else None
    return {kind} if isinstance(kind, str) else set(kind or ())


def _plain(text: str, kinds: set[str]) -> Any:  # noqa: ANN401 - a text, number, boolean or null
    """A number or boolean where one is asked for and the text is one; else the text, which the schema then refuses."""
    if "boolean" in kinds and text in _WORDS:
        return _WORDS[text]
    if kinds & {"integer", "number"}:
        try:
            found = orjson.loads(text)
        except ValueError:
            return text
        return found if isinstance(found, int | float) and not isinstance(found, bool) else text
    if "null" in kinds and text == "" and "string" not in kinds:
        return None
    return text
