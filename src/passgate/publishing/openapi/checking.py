"""Whether a document holds: by the standard's own schema, and by what a gate asks besides."""

from collections.abc import Iterable, Iterator
from typing import Any

from passgate.publishing.openapi.faults import MOST_FAULTS, Fault, pointer, shortened
from passgate.publishing.openapi.operations import route_faults
from passgate.publishing.openapi.walking import every_object, operations, value_at, version_of

MOST_OPERATIONS = 2_000


def faults_of(document: dict[str, Any]) -> list[Fault]:
    """All that is wrong with a document, up to a bound; empty: nothing."""
    version = version_of(document)
    if version is None:
        said = document.get("openapi", document.get("swagger"))
        named = f"says {said!r}" if said is not None else "names no version"
        text = f"OpenAPI 3.0, 3.1 or Swagger 2.0 is needed; this {named}."
        place = next((f"/{key}" for key in ("openapi", "swagger") if key in document), "")
        return [Fault(place=place, rule="version", detail=shortened(text))]
    # References come first: the validator would go and fetch what they name.
    found = list(_first(_reference_faults(document))) or list(_first(_size_faults(document)))
    if found:
        return found
    from passgate.publishing.openapi.standard import standard_faults  # noqa: PLC0415 - heavy: see there

    return list(_first(standard_faults(document, version))) or list(_first(route_faults(document)))


def _first(faults: Iterable[Fault]) -> Iterator[Fault]:
    seen: set[tuple[str, str]] = set()
    for fault in faults:
        if (fault.place, fault.detail) in seen:
            continue
        seen.add((fault.place, fault.detail))
        yield fault
        if len(seen) == MOST_FAULTS:
            return


def _reference_faults(document: dict[str, Any]) -> Iterator[Fault]:
    for path, value in every_object(document):
        reference = value.get("$ref")
        if not isinstance(reference, str) or (path and path[-1] in {"properties", "example", "value", "default"}):
            continue
        place = pointer([*path, "$ref"])
        if not reference.startswith("#"):
            text = f"It refers to {reference!r}; a document must hold all that it refers to."
            yield Fault(place=place, rule="remote_reference", detail=shortened(text))
        elif reference != "#" and value_at(document, reference) is None:
            yield Fault(place=place, rule="reference", detail=shortened(f"There is nothing at {reference!r}."))


def _size_faults(document: dict[str, Any]) -> Iterator[Fault]:
    count = sum(1 for _ in operations(document))
    if count > MOST_OPERATIONS:
        text = f"It has {count} operations; {MOST_OPERATIONS} are allowed."
        yield Fault(place="/paths", rule="too_many_operations", detail=text)
