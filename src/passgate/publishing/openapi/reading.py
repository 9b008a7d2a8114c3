"""From text to document: JSON or YAML, bounded, with the place of what is wrong."""

import json
from typing import Any, Literal

from passgate.publishing.openapi.faults import DocumentRefusedError, Fault
from passgate.publishing.openapi.yaml_tree import DEEPEST, TreeError, read_yaml

Syntax = Literal["json", "yaml"]

MOST_BYTES = 5 * 1024 * 1024


class _TwiceError(ValueError):
    """A key that stands twice in one object."""


def syntax_of(text: str) -> Syntax:
    """What the text is written in, by its first letter."""
    return "json" if text.lstrip("\ufeff \t\r\n")[:1] == "{" else "yaml"


def read_document(text: str) -> dict[str, Any]:
    """The document.

    Raises:
        DocumentRefusedError: larger than 5 MB, neither JSON nor YAML, or no object.
    """
    if len(text) > MOST_BYTES or len(text.encode()) > MOST_BYTES:
        raise DocumentRefusedError([Fault(place="", rule="too_large", detail=f"More than {MOST_BYTES} bytes.")])
    try:
        document = _read_json(text) if syntax_of(text) == "json" else read_yaml(text)
    except TreeError as error:
        raise DocumentRefusedError([error.fault]) from None
    if not isinstance(document, dict):
        fault = Fault(place="", rule="object", detail="An OpenAPI document is an object.", line=1, column=1)
        raise DocumentRefusedError([fault])
    return document


def places_of(text: str) -> dict[str, tuple[int, int]]:
    """Line and column of every value, by its pointer; none where JSON is written as no YAML can be."""
    places: dict[str, tuple[int, int]] = {}
    try:
        read_yaml(text, places)
    except TreeError:
        return places
    return places


def _read_json(text: str) -> Any:  # noqa: ANN401 - JSON of any shape
    try:
        found = json.loads(text.lstrip("\ufeff"), object_pairs_hook=_object, parse_constant=_constant)
    except json.JSONDecodeError as error:
        fault = Fault(place="", rule="json", detail=f"No JSON: {error.msg}.", line=error.lineno, column=error.colno)
        raise TreeError(fault) from None
    except RecursionError:
        raise TreeError(Fault(place="", rule="too_deep", detail="Values are nested too deep.")) from None
    except _TwiceError:
        _refuse_at_its_place(text)
        raise TreeError(Fault(place="", rule="duplicate_key", detail="A key stands twice in one object.")) from None
    except ValueError as error:
        raise TreeError(Fault(place="", rule="json", detail=f"No JSON: {error}.")) from None
    if _depth(found) > DEEPEST:
        raise TreeError(Fault(place="", rule="too_deep", detail=f"Values are nested deeper than {DEEPEST}."))
    return found


def _refuse_at_its_place(text: str) -> None:
    """The YAML reader knows where the second of two equal keys stands."""
    read_yaml(text)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _TwiceError
    return found


def _constant(name: str) -> Any:  # noqa: ANN401 - never returns
    raise ValueError(f"{name} is no number of JSON")


def _depth(value: object) -> int:
    deepest, left = 0, [(value, 1)]
    while left:
        one, depth = left.pop()
        deepest = max(deepest, depth)
        if depth > DEEPEST:
            break
        if isinstance(one, dict):
            left += [(each, depth + 1) for each in one.values()]
        elif isinstance(one, list):
            left += [(each, depth + 1) for each in one]
    return deepest
