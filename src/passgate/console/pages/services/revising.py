"""Dialogs of versions and revisions: made, edited, reviewed."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from passgate.console.components.dialog import form_dialog
from passgate.console.components.field import choice_field, text_field
from passgate.console.components.form import Form
from passgate.console.pages.services.differences import compared, show_differences
from passgate.console.visit import Visit
from passgate.kernel.actor import Actor
from passgate.kernel.errors import InvalidInputError
from passgate.kernel.pagination import PageRequest
from passgate.publishing.definition_input import DefinitionIn
from passgate.publishing.lifecycle_schemas import ReviewIn
from passgate.publishing.schemas import ServiceView
from passgate.publishing.service.review import approve_revision, reject_revision
from passgate.publishing.service.revisions import create_revision, get_revision, list_revisions, update_revision
from passgate.publishing.service.versions import create_version
from passgate.publishing.version_schemas import (
    RevisionChange,
    RevisionDetail,
    RevisionIn,
    RevisionView,
    VersionIn,
    VersionView,
)
from passgate.storage.work import Work

_LINES = 20


@dataclass(slots=True)
class HeldRevision:
    """What a page knows of a revision: what it said when the page, or the page's last change, read it."""

    revision: RevisionDetail
    save: Callable[[], Awaitable[bool]] | None = None
    """Keeps what is typed on the page, and tells whether it could; None: each part of the page keeps its own."""
    prove: Callable[[], Awaitable[bool]] | None = None
    """Runs the tests that it has, where it is not known yet what comes of them; whether it may be published."""

    async def kept(self) -> bool:
        """Keep what is typed; whether nothing is left that is not kept."""
        return self.save is None or await self.save()

    async def ready(self) -> bool:
        """Keep what is typed, and whether the revision may be published then."""
        return await self.kept() and (self.prove is None or await self.prove())


async def ask_to_version(visit: Visit, service: ServiceView) -> None:
    """Add a version, as a draft that copies the newest one."""
    start = None
    if service.versions:
        newest = service.versions[-1]
        found = await visit.ask(_newest_revision, service.id, newest.id)
        start = found.id if found is not None else None

    async def create(form: Form) -> None:
        given = VersionIn.model_validate({"name": form["name"], "copy_of": start, "note": form["note"] or ""})
        await visit.change(create_version, service.id, given)
        await visit.refresh()

    lead = "It starts as a draft, with what the newest version says; callers do not see it before it is published."
    with form_dialog("New version", lead, "Create version", create) as form:
        form.add("name", text_field("Name", placeholder=f"v{len(service.versions) + 1}"))
        form.add("note", text_field("Note", optional=True, help_text="What is different."))


async def revise(visit: Visit, service: ServiceView, version: VersionView, start: RevisionView) -> None:
    """Open a draft, or a new draft that is a copy of what does not change any more."""
    if start.status == "draft":
        visit.go(f"/services/{service.id}/revisions/{start.id}")
        return
    detail = await visit.ask(get_revision, service.id, start.id)
    definition = definition_given(detail.definition.model_dump(mode="json"))
    made = await visit.change(create_revision, service.id, version.id, RevisionIn(definition=definition))
    visit.tell(f"Revision {made.number} is a draft, and a copy of revision {start.number}.")
    visit.go(f"/services/{service.id}/revisions/{made.id}")


def ask_for_json(visit: Visit, service: ServiceView, revision: RevisionDetail) -> None:
    """Edit all of a draft at once."""
    shown = revision.definition.model_dump(mode="json")

    async def save(form: Form) -> None:
        change = RevisionChange(
            definition=_definition(form["definition"]), note=form["note"] or "", based_on=revision.digest
        )
        await visit.change(update_revision, service.id, revision.id, change)
        await visit.refresh()

    lead = "Routes, upstream pools and policies. Secrets are named by id; give a value to replace one."
    with form_dialog(f"Edit revision {revision.number}", lead, "Save draft", save, size="wide") as form:
        form.add("note", text_field("Note", value=revision.note, optional=True))
        text = json.dumps(shown, indent=2, ensure_ascii=False)
        form.add("definition", text_field("Definition (JSON)", value=text, lines=_LINES))


def definition_given(shown: Mapping[str, Any]) -> DefinitionIn:
    """What a revision shows, in the form in which it is given again."""
    return DefinitionIn.model_validate(shown)


async def ask_to_review(visit: Visit, service: ServiceView, revision: RevisionView) -> None:
    """Show what would change, then approve or reject somebody else's revision."""
    found = await visit.ask(compared, service.id, revision.id)

    async def decide(form: Form) -> None:
        use_case = approve_revision if form["verdict"] == "approve" else reject_revision
        await visit.change(use_case, service.id, revision.id, ReviewIn(note=form["note"] or ""))
        await visit.refresh()

    lead = "Who wrote or submitted a revision cannot review it."
    with form_dialog(f"Review revision {revision.number}", lead, "Save", decide, size="wide") as form:
        show_differences(found)
        form.add("verdict", choice_field("Verdict", {"approve": "Approve", "reject": "Reject"}, value="approve"))
        form.add("note", text_field("Note", optional=True, lines=3))


def _newest_revision(actor: Actor, work: Work, service_id: str, version_id: str) -> RevisionView | None:
    found = list_revisions(actor, work, PageRequest(limit=1), service_id, version_id).items
    return found[0] if found else None


def _definition(text: str) -> DefinitionIn:
    try:
        return DefinitionIn.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InvalidInputError(f"{where}: {first['msg']}".lstrip(": "), field="definition") from None
