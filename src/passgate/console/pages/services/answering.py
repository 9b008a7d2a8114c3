"""How a revision answers: from its upstream or mocked, and by which document."""

import json
from collections.abc import Awaitable, Callable

from nicegui import ui

from passgate.console.components.button import button
from passgate.console.components.card import card, card_head
from passgate.console.components.dialog import form_dialog
from passgate.console.components.form import Form
from passgate.console.components.text import Words, box, muted
from passgate.console.formatting import counted
from passgate.console.pages.services.document_editor import DocumentEditor
from passgate.console.pages.services.revising import HeldRevision
from passgate.console.visit import Visit
from passgate.publishing.openapi.blank import blank_document
from passgate.publishing.openapi.reading import Syntax
from passgate.publishing.openapi.schemas import DocumentView
from passgate.publishing.openapi.service import document_text, get_document
from passgate.publishing.openapi.writing import written
from passgate.publishing.schemas import ServiceView
from passgate.publishing.service.from_document import describe_revision
from passgate.publishing.version_schemas import RevisionDetail

Save = Callable[[bool], Awaitable[None]]


async def answering_card(
    visit: Visit, service: ServiceView, held: HeldRevision, save_mock: Save | None, *, may_write: bool
) -> None:
    """The card; without a way to save, the switch is shown only."""
    definition = held.revision.definition
    document = await visit.ask(get_document, definition.document) if definition.document else None
    with card(flush=True):
        lead = "What answers are made of while there is no upstream, and what requests can be held to."
        with card_head("OpenAPI document", lead), box("pg-row"):
            if document is not None:
                _exports(visit, document)
            if may_write:
                label = "Edit document" if document is not None else "Add document"
                button(label, lambda: _ask_for_document(visit, service, held.revision, document), icon="edit")
        with box("pg-card-body pg-stack-s"):
            if document is None:
                muted("There is none: requests are not validated, and answers cannot be mocked.")
            else:
                Words(f"{document.title} {document.version}", "div", "pg-strong")
                muted(f"OpenAPI {document.openapi}, {counted(len(document.operations), 'operation')}")
            _mock(visit, definition.mock, save_mock if document is not None or definition.mock else None)


def _mock(visit: Visit, mock: bool, save: Save | None) -> None:  # noqa: FBT001 - the state that is shown
    switch = ui.switch("Mock: answers come from the document's examples and schemas, not from an upstream", value=mock)
    if save is None:
        switch.disable()
        return
    keep = save

    async def turned() -> None:
        await keep(bool(switch.value))
        visit.tell("The revision answers by itself." if switch.value else "The revision's upstream answers.")

    switch.on_value_change(turned)


def _exports(visit: Visit, document: DocumentView) -> None:
    async def export(syntax: Syntax) -> None:
        text, _ = await visit.ask(document_text, document.digest, syntax)
        ui.download.content(text, f"{_file_name(document.title)}.{syntax}")

    button("JSON", lambda: export("json"), icon="down").props('aria-label="Export as JSON"')
    button("YAML", lambda: export("yaml"), icon="down").props('aria-label="Export as YAML"')


def _file_name(title: str) -> str:
    return "-".join("".join(one if one.isalnum() else " " for one in title.lower()).split()) or "openapi"


async def _ask_for_document(
    visit: Visit, service: ServiceView, revision: RevisionDetail, document: DocumentView | None
) -> None:
    text = (await visit.ask(document_text, document.digest))[0] if document is not None else _blank(service)
    is_draft = revision.status == "draft"

    async def save(_form: Form) -> None:
        intake, based_on = await editor.intake(), revision.digest
        made = await visit.change(describe_revision, service.id, revision.id, intake, based_on)
        if is_draft:
            await visit.refresh()
        else:
            visit.tell(f"Revision {made.number} is a draft with the changed document.")
            visit.go(f"/services/{service.id}/revisions/{made.id}")

    lead = "Routes come from the document. " + (
        "This draft takes them up." if is_draft else "A new revision takes them up, as a draft."
    )
    with form_dialog("OpenAPI document", lead, "Save document", save, size="wide"):
        editor = DocumentEditor(visit, _over_lines(text))


def _over_lines(text: str) -> str:
    """A JSON document that came as one long line, so that it can be read and edited."""
    if "\n" in text.strip():
        return text
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError:
        return text


def _blank(service: ServiceView) -> str:
    return written(blank_document(service.name), "yaml")
