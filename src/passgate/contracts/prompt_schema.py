"""Which JSON Schemas may be asked of an answer: valid ones that can be checked fast and without asking anybody else."""

from collections.abc import Iterator
from typing import Any

import orjson
from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from passgate.contracts.own_pattern import checked_pattern

MOST_BYTES = 65_536
MOST_DEPTH = 30
_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")


def schema_fault(schema: dict[str, Any]) -> str | None:
    """What is wrong with a schema (JSON Schema 2020-12), as a sentence; None where nothing is."""
    if len(orjson.dumps(schema)) > MOST_BYTES:
        return f"The schema has more than {MOST_BYTES} bytes."
    try:
        fault = next((found for found in map(_object_fault, _objects(schema)) if found is not None), None)
    except RecursionError:
        return f"The schema is nested deeper than {MOST_DEPTH} levels."
    if fault is not None:
        return fault
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        return f"The schema is not valid: at {error.json_path}: {error.message[:300]}"
    return None


def _objects(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    waiting: list[tuple[Any, int]] = [(schema, 1)]
    while waiting:
        value, depth = waiting.pop()
        if depth > MOST_DEPTH:
            raise RecursionError
        if isinstance(value, dict):
            yield value
            waiting += [(below, depth + 1) for below in value.values()]
        elif isinstance(value, list):
            waiting += [(below, depth + 1) for below in value]


def _object_fault(found: dict[str, Any]) -> str | None:
    for name in _REFERENCES:
        target = found.get(name)
        if isinstance(target, str) and not target.startswith("#"):
            return f"The schema refers to {target[:100]}; only places within itself (#/$defs/…) can be referred to."
    below = found.get("patternProperties")
    patterns = [found.get("pattern"), *(below if isinstance(below, dict) else ())]
    for pattern in patterns:
        if isinstance(pattern, str):
            try:
                checked_pattern(pattern.removeprefix("^").removesuffix("$"))
            except ValueError as error:
                return f"The pattern {pattern[:60]!r} may take too long: {error}"
    return None
