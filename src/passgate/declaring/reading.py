"""Documents as they come in: each named by its file and number, checked before anything is done."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import Field, ValidationError

from passgate.declaring.catalogue import DOCUMENT, KINDS
from passgate.declaring.documents import Document
from passgate.declaring.kinds.version_content import text_digest
from passgate.declaring.service_document import ServiceDocument
from passgate.declaring.variables import has_reference
from passgate.identity.issuers.following import Seen
from passgate.kernel.errors import InvalidInputError
from passgate.kernel.given import Input
from passgate.publishing.openapi.faults import DocumentRefusedError
from passgate.publishing.openapi.intake import Intake, take_in

MOST_DOCUMENTS = 5_000
_MOST_FAULTS = 20


class GivenDocument(Input):
    """A document with its place, for messages."""

    file: Annotated[str, Field(max_length=500)] = ""
    number: int = Field(default=1, ge=1, description="Which document of the file, from 1.")
    content: dict[str, Any]


@dataclass(frozen=True, slots=True)
class PlacedDocument:
    """A document that holds, and where it stands."""

    document: Document
    kind: str
    file: str
    number: int

    @property
    def place(self) -> str:
        """For messages."""
        where = f"{self.file}, document {self.number}" if self.file else f"document {self.number}"
        return f"{where} ({self.kind} {self.document.label})"


@dataclass(frozen=True, slots=True)
class Reading:
    """Documents that can be applied."""

    documents: Sequence[PlacedDocument]
    """In the order in which they are applied."""
    intakes: Mapping[str, Intake]
    """OpenAPI documents by the SHA-256 of the texts given."""
    seen: Mapping[str, Seen] = field(default_factory=dict)
    """What was found at issuers that are to be trusted; see :mod:`passgate.declaring.asking`."""


def read(given: Iterable[GivenDocument], *, unresolved: bool = False) -> Reading:
    """The documents, checked each by itself; takes seconds where they bring large OpenAPI documents.

    Args:
        given: with values in the place of references.
        unresolved: references stand there still, and what is one is right wherever it stands.

    Raises:
        InvalidInputError: names file, document and field of all that is wrong.
    """
    found: list[PlacedDocument] = []
    faults: list[str] = []
    for one in given:
        try:
            document = DOCUMENT.validate_python(one.content)
        except ValidationError as error:
            faults += [f"{_place(one)}, {fault}" for fault in _faults(error, one.content, unresolved=unresolved)]
        else:
            found.append(PlacedDocument(document, str(one.content["kind"]), one.file, one.number))
    faults += _repeated(found)
    _refuse(faults)
    order = list(KINDS)
    return Reading(sorted(found, key=lambda one: order.index(one.kind)), _intakes(found))


def _intakes(found: Iterable[PlacedDocument]) -> dict[str, Intake]:
    intakes: dict[str, Intake] = {}
    faults: list[str] = []
    for one in found:
        if not isinstance(one.document, ServiceDocument):
            continue
        for version in one.document.versions:
            given, where = version.document, f"versions.{version.name}.document"
            if given is None:
                continue
            if given.file is not None:
                faults.append(f"{one.place}, {where}: {given.file} was not put in; the command line does that.")
            elif given.text is not None and text_digest(given.text) not in intakes:
                try:
                    intakes[text_digest(given.text)] = take_in(given.text)
                except DocumentRefusedError as error:
                    faults.append(f"{one.place}, {where}: {error.message}")
    _refuse(faults)
    return intakes


def _repeated(found: Iterable[PlacedDocument]) -> list[str]:
    seen: dict[tuple[str, tuple[str, ...]], PlacedDocument] = {}
    faults = []
    for one in found:
        before = seen.setdefault((one.kind, one.document.key), one)
        if before is not one:
            faults.append(f"{one.place}, name: stands in {before.place} already.")
    return faults


def _faults(error: ValidationError, content: Mapping[str, Any], *, unresolved: bool) -> list[str]:
    kind = content.get("kind")
    if kind not in KINDS:
        said = "there is none" if kind is None else f"there is no kind {kind!r}"
        return [f"kind: {said}; a document is one of {', '.join(KINDS)}."]
    lines = []
    for fault in error.errors(include_url=False):
        if unresolved and has_reference(fault["input"]):
            continue
        where = ".".join(str(part) for part in fault["loc"] if part != kind) or "the document"
        lines.append(f"{where}: {fault['msg'].removeprefix('Value error, ')}")
    return lines


def _place(one: GivenDocument) -> str:
    where = f"{one.file}, document {one.number}" if one.file else f"document {one.number}"
    kind, name = one.content.get("kind"), one.content.get("name")
    return f"{where} ({kind} {name})" if isinstance(kind, str) and isinstance(name, str) else where


def _refuse(faults: Sequence[str]) -> None:
    if not faults:
        return
    more = f"\nand {len(faults) - _MOST_FAULTS} more" if len(faults) > _MOST_FAULTS else ""
    raise InvalidInputError("\n".join(faults[:_MOST_FAULTS]) + more, code="invalid_declaration", field="documents")
