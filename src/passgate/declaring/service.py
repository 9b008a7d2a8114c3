"""Applying documents: in one unit of work, so that all of it is done or nothing. Each service authorises its part."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints, ValidationError

from passgate.declaring import marks
from passgate.declaring.catalogue import KINDS
from passgate.declaring.comparison import FieldChange, differences
from passgate.declaring.desk import Desk
from passgate.declaring.documents import Document
from passgate.declaring.kinds.kind import Kind
from passgate.declaring.reading import MOST_DOCUMENTS, GivenDocument, PlacedDocument, Reading
from passgate.declaring.writing import written
from passgate.kernel.actor import Actor
from passgate.kernel.errors import ForbiddenError, InvalidInputError, NotFoundError, PassgateError
from passgate.kernel.given import Input
from passgate.storage.work import Work

_NEVER = (
    "No document says: passwords, tokens, signing keys, OAuth clients, identity providers, hooks of alerts, "
    "token templates and lifetimes."
)
Action = Literal["created", "changed", "removed", "unchanged"]


class DeclarationIn(Input):
    """Documents that are to hold, all or none of them."""

    documents: Annotated[tuple[GivenDocument, ...], Field(max_length=MOST_DOCUMENTS)]
    set_name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$")] = Field(
        default="default", description="Tells these documents from others that are applied to the same Passgate."
    )
    prune: bool = Field(
        default=False, description="Remove what an earlier apply of this set made and no document names."
    )
    prune_all: bool = Field(
        default=False, description="Remove whatever you may remove and no document names, of the kinds that are named."
    )


class Change(BaseModel):
    """What becomes of one thing."""

    action: Action
    kind: str
    label: str
    """Its team and name."""
    fields: list[FieldChange] = []
    file: str = ""
    number: int | None = None


class Outcome(BaseModel):
    """What was done, or would be."""

    changes: list[Change]
    """In the order in which they are made; those that change nothing, too."""
    notes: list[str]

    @property
    def changed(self) -> bool:
        """Whether anything is not as it was."""
        return any(change.action != "unchanged" for change in self.changes)


class Export(BaseModel):
    """Documents that can be applied to another Passgate."""

    documents: list[dict[str, Any]]
    notes: list[str]
    """What the documents do not say."""


def apply(actor: Actor, work: Work, given: DeclarationIn, reading: Reading, own_issuer: str) -> Outcome:
    """Have all be as the documents say. In a unit of work that is rolled back, it says what it would do.

    Raises:
        PassgateError: of the service that refuses, with file, document and field in front; nothing is done then.
    """
    desk = Desk(actor, work, reading.intakes, reading.seen, own_issuer)
    kept: dict[str, set[str]] = {name: set() for name in KINDS}
    changes = []
    for _, of_a_kind in groupby(reading.documents, key=lambda placed: placed.kind):
        connecting = []
        for placed in of_a_kind:
            with _naming(placed):
                change, object_id, wanted = _applied(desk, placed)
            if change.action != "unchanged":
                before = marks.mark(actor, work, placed.kind, object_id, given.set_name)
                if before is not None:
                    told = f"was declared by the set {before} and is of {given.set_name} now"
                    desk.notes.append(f"{placed.place} {told}.")
                connecting.append((placed, object_id, wanted))
            kept[placed.kind].add(object_id)
            changes.append(change)
        for placed, object_id, wanted in connecting:
            with _naming(placed):
                KINDS[placed.kind].connect(desk, object_id, wanted)
    if given.prune or given.prune_all:
        changes += list(_pruned(desk, given, kept))
    return Outcome(changes=changes, notes=desk.notes)


def export(actor: Actor, work: Work, kinds: frozenset[str], team: str | None) -> Export:
    """All that the actor may read, of those kinds (empty: of all) and that team, as documents that can be applied.

    Raises:
        InvalidInputError: a kind that there is not.
    """
    if unknown := sorted(kinds - KINDS.keys()):
        raise InvalidInputError(f"There is no kind {unknown[0]}; there are {', '.join(KINDS)}.", field="kind")
    desk = Desk(actor, work)
    documents: list[Document] = []
    for name, kind in KINDS.items():
        if kinds and name not in kinds:
            continue
        try:
            found = list(_exported(desk, kind))
        except ForbiddenError:
            # Of what one may not read, an export of all tells nothing.
            if name in kinds:
                raise
            continue
        documents += sorted(found, key=lambda one: one.key)
    shown = [written(one) for one in documents if team is None or _is_of(one, team)]
    if not kinds:
        desk.notes.append(_NEVER)
    return Export(documents=shown, notes=desk.notes)


def _exported(desk: Desk, kind: Kind[Any]) -> Iterator[Document]:
    for object_id in kind.listed(desk):
        try:
            yield kind.export(desk, object_id)
        except InvalidInputError as error:
            desk.notes.append(f"Left out: {error.message}")
        except ValidationError as error:  # it was stored under rules that were milder then
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"])
            desk.notes.append(f"Left out: {kind.name} {object_id}, which no document can say: {place}: {first['msg']}")


def _applied(desk: Desk, placed: PlacedDocument) -> tuple[Change, str, Document]:
    kind: Kind[Any] = KINDS[placed.kind]
    object_id = kind.find(desk, placed.document)
    present = kind.present(desk, object_id) if object_id is not None else None
    wanted: Document = kind.settled(desk, placed.document, present)
    fields = differences(present, wanted)
    action: Action = "unchanged"
    if object_id is None or present is None:
        action, object_id = "created", kind.make(desk, wanted)
    elif fields:
        action = "changed"
        kind.change(desk, object_id, wanted, present)
    change = Change(
        action=action,
        kind=placed.kind,
        label=placed.document.label,
        fields=fields if action != "unchanged" else [],
        file=placed.file,
        number=placed.number,
    )
    return change, object_id, wanted


def _pruned(desk: Desk, given: DeclarationIn, kept: dict[str, set[str]]) -> Iterator[Change]:
    for name, kind in reversed(KINDS.items()):
        if given.prune_all:
            candidates = list(kind.listed(desk)) if kept[name] else []
        else:
            candidates = marks.marked(desk.work, name, given.set_name)
        for object_id in candidates:
            if object_id in kept[name]:
                continue
            try:
                present: Document = kind.present(desk, object_id)
            except NotFoundError:
                # Gone by another way, or of a team that the actor has no part in: the set's owner prunes that.
                continue
            with _saying(f"Removing {name} {present.label}"):
                kind.remove(desk, object_id)
            marks.unmark(desk.work, name, object_id)
            yield Change(action="removed", kind=name, label=present.label)


@contextmanager
def _naming(placed: PlacedDocument) -> Iterator[None]:
    """Have a refusal say where the document stands."""
    try:
        yield
    except PassgateError as error:
        field = f", {error.field}" if error.field else ""
        error.message = f"{placed.place}{field}: {error.message}"
        raise


@contextmanager
def _saying(what: str) -> Iterator[None]:
    try:
        yield
    except PassgateError as error:
        error.message = f"{what}: {error.message}"
        raise


def _is_of(document: Document, team: str) -> bool:
    return getattr(document, "team", None) == team or document.key == (team,)
