"""A text on its way to become a document of ours: read, checked, converted, and looked at for what it says."""

from dataclasses import dataclass, field
from typing import Any

from passgate.contracts.published_service import PublishedRoute
from passgate.publishing.openapi.checking import faults_of
from passgate.publishing.openapi.faults import DocumentRefusedError, Fault
from passgate.publishing.openapi.operations import routes_of
from passgate.publishing.openapi.reading import Syntax, places_of, read_document, syntax_of
from passgate.publishing.openapi.swagger2 import as_openapi
from passgate.publishing.openapi.unbounded_patterns import unasked_patterns
from passgate.publishing.openapi.walking import version_of
from passgate.publishing.openapi.writing import written

_MOST_NOTES = 20


@dataclass(frozen=True, slots=True)
class Intake:
    """A document that holds."""

    document: dict[str, Any]
    """OpenAPI 3.0 or 3.1."""
    text: str
    """As it was given, or as it was converted."""
    syntax: Syntax
    notes: tuple[str, ...] = ()
    """What was changed, or will not be asked about, for whoever gave it."""
    routes: tuple[PublishedRoute, ...] = field(default=())


def take_in(text: str) -> Intake:
    """The document of a text.

    Raises:
        DocumentRefusedError: everything that is wrong, each with its place and, where it is known, its line.
    """
    syntax = syntax_of(text)
    document = read_document(text)
    faults = faults_of(document)
    if faults:
        raise DocumentRefusedError(_placed(faults, text))
    notes = []
    if version_of(document) == "2.0":
        try:
            document = as_openapi(document)
        except DocumentRefusedError as error:
            raise DocumentRefusedError(_placed(list(error.faults), text)) from None
        faults = faults_of(document)
        if faults:
            raise DocumentRefusedError(faults)
        text = written(document, syntax)
        notes.append("Swagger 2.0 was converted to OpenAPI 3.0.3.")
    patterns = unasked_patterns(document)
    if patterns:
        listed = ", ".join(patterns[:3]) + (" and others" if len(patterns) > 3 else "")  # noqa: PLR2004 - as many as one reads
        notes.append(f"Patterns whose cost has no bound are not asked about requests: {listed}.")
    return Intake(document, text, syntax, tuple(notes[:_MOST_NOTES]), routes_of(document))


def _placed(faults: list[Fault], text: str) -> list[Fault]:
    """With line and column; where the very place is not in the text, those of what holds it."""
    if all(fault.line for fault in faults):
        return faults
    places = places_of(text)
    return [fault if fault.line else _with_place(fault, places) for fault in faults]


def _with_place(fault: Fault, places: dict[str, tuple[int, int]]) -> Fault:
    place = fault.place
    while place and place not in places:
        place = place.rpartition("/")[0]
    line, column = places.get(place, (1, 1))
    return fault.model_copy(update={"line": line, "column": column})
