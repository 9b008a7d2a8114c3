"""Finding one's way through a document: references, operations, schemas."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from passgate.publishing.openapi.faults import pointer

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_MOST_HOPS = 32

Json = Mapping[str, Any]


def value_at(document: Any, reference: str) -> Any:  # noqa: ANN401 - JSON of any shape
    """What a local reference (``#/…``, RFC 6901 section 6) points to; None: nothing."""
    found = document
    for raw in reference.removeprefix("#").split("/")[1:]:
        part = unquote(raw).replace("~1", "/").replace("~0", "~")
        if isinstance(found, Mapping) and part in found:
            found = found[part]
        elif isinstance(found, list) and part.isdigit() and int(part) < len(found):
            found = found[int(part)]
        else:
            return None
    return found


def resolved(document: Json, value: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON of any shape
    """An object, its reference followed; an empty one where it leads nowhere."""
    for _ in range(_MOST_HOPS):
        if not isinstance(value, Mapping):
            return {}
        reference = value.get("$ref")
        if not isinstance(reference, str):
            return dict(value)
        value = value_at(document, reference)
    return {}


def operations(document: Json) -> Iterator[tuple[str, str, dict[str, Any], dict[str, Any]]]:
    """Path, method (lower case), path item and operation, in the document's order."""
    paths = document.get("paths")
    for path, given in paths.items() if isinstance(paths, Mapping) else ():
        if not str(path).startswith("/"):
            continue
        item = resolved(document, given)
        for method in METHODS:
            if isinstance(item.get(method), Mapping):
                yield str(path), method, item, dict(item[method])


def every_object(document: Any) -> Iterator[tuple[list[object], dict[str, Any]]]:  # noqa: ANN401 - JSON of any shape
    """Every object with its path; an object that several aliases of YAML stand for, once."""
    seen: set[int] = set()
    left: list[tuple[list[object], Any]] = [([], document)]
    while left:
        path, value = left.pop()
        if isinstance(value, dict):
            if id(value) in seen:
                continue
            seen.add(id(value))
            yield path, value
            left += [([*path, key], each) for key, each in value.items()]
        elif isinstance(value, list):
            left += [([*path, index], each) for index, each in enumerate(value)]


def operation_place(path: str, method: str) -> str:
    """The pointer of an operation."""
    return pointer(["paths", path, method])


def version_of(document: dict[str, Any]) -> str | None:
    """``2.0``, ``3.0`` or ``3.1``; None: another."""
    if document.get("swagger") == "2.0":
        return "2.0"
    given = document.get("openapi")
    for known in ("3.0", "3.1"):
        if isinstance(given, str) and (given == known or given.startswith(f"{known}.")):
            return known
    return None
