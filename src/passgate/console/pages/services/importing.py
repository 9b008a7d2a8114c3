"""A service from an OpenAPI document: a file, a text or a URL, checked while it is written."""

from dataclasses import dataclass, field

from nicegui import events, run, ui

from passgate.console.components.button import button
from passgate.console.components.dialog import form_dialog
from passgate.console.components.field import choice_field, text_field
from passgate.console.components.form import Form
from passgate.console.components.text import Words, box, muted
from passgate.console.pages.teams_of import writable_teams
from passgate.console.visit import Visit
from passgate.kernel.actor import Actor
from passgate.kernel.errors import InvalidInputError
from passgate.kernel.fetching import Fetching, FetchRefusedError
from passgate.kernel.permissions import Permission
from passgate.publishing.openapi.faults import Fault
from passgate.publishing.openapi.intake import take_in
from passgate.publishing.openapi.reading import MOST_BYTES
from passgate.publishing.openapi.schemas import DocumentReport
from passgate.publishing.openapi.service import check_text
from passgate.publishing.service.from_document import DescribedServiceIn, create_from_document
from passgate.storage.work import Work

_MOST_SHOWN = 8
_QUIET_SECONDS = 0.6
_START = """openapi: 3.1.0
info:
  title: Orders
  version: 1.0.0
paths:
  /orders:
    get:
      summary: All orders
      responses:
        "200":
          description: The orders.
"""


@dataclass(slots=True)
class _Draft:
    """The text in the editor, and what was found of it."""

    text: str = _START
    report: DocumentReport | None = None
    waiting: list[ui.timer] = field(default_factory=list)


async def ask_to_import(visit: Visit) -> None:
    """Ask for a document, make a service of it, and open it."""
    teams = await visit.ask(writable_teams, Permission.SERVICE_WRITE)
    draft = _Draft()

    async def create(form: Form) -> None:
        intake = await run.io_bound(take_in, draft.text)
        if intake is None:
            raise InvalidInputError("The server is stopping.")
        given = {"team_id": form["team_id"] or "", "base_path": form["base_path"] or "", "mock": bool(form["mock"])}
        wanted = DescribedServiceIn.model_validate({**given, "upstream_url": form["upstream_url"] or None})
        made = await visit.change(create_from_document, intake, wanted)
        visit.go(f"/services/{made.id}")

    lead = "Routes come from the document. It is checked while you write."
    with form_dialog("Import OpenAPI", lead, "Create service", create, size="wide") as form:
        _source(visit, form, draft)
        with box("pg-grid-2"):
            form.add("team_id", choice_field("Team", teams, value=next(iter(teams), None)))
            form.add("base_path", text_field("Base path", placeholder="/orders"))
        help_text = "Where the calls go; may be left out while answers are mocked."
        form.add("upstream_url", text_field("Upstream URL", optional=True, help_text=help_text))
        form.add("mock", ui.switch("Answer from the document's examples and schemas (mock)", value=True))


def _source(visit: Visit, form: Form, draft: _Draft) -> None:
    with box("pg-row"):
        url = ui.input(placeholder="https://example.com/openapi.yaml").props("outlined dense aria-label=URL")
        url.style("flex: 1 1 260px")

        async def fetch() -> None:
            try:
                text = await run.io_bound(Fetching(visit.console.fetch_private_addresses).text_at, url.value or "")
            except FetchRefusedError as error:
                visit.tell(error.message, "bad")
                return
            editor.set_value(text or "")

        button("Fetch", fetch, icon="down")

        async def uploaded(event: events.UploadEventArguments) -> None:
            editor.set_value((await event.file.read()).decode("utf-8-sig", "replace"))

        upload = ui.upload(on_upload=uploaded, auto_upload=True, max_file_size=MOST_BYTES).classes("hidden")
        button("Open file", lambda: upload.run_method("pickFiles"), icon="plus")
    editor = ui.codemirror(draft.text, language="YAML", line_wrapping=False).classes("w-full h-64")
    editor.props("aria-label=Document")
    found = box("pg-stack-s").props("aria-live=polite")
    del form

    async def check() -> None:
        draft.report = await visit.ask(_check, draft.text)
        found.clear()
        with found:
            _show(draft.report)

    def changed() -> None:
        draft.text = editor.value or ""
        for timer in draft.waiting:
            timer.cancel()
        with found:
            draft.waiting = [ui.timer(_QUIET_SECONDS, check, once=True)]

    editor.on_value_change(changed)
    changed()


def _show(report: DocumentReport) -> None:
    if report.document is None:
        for fault in report.faults[:_MOST_SHOWN]:
            Words(_wording(fault), "p", "pg-small")
        if len(report.faults) > _MOST_SHOWN:
            muted(f"and {len(report.faults) - _MOST_SHOWN} more")
        return
    document = report.document
    count = len(document.operations)
    told = f"{count} operation{'' if count == 1 else 's'}, OpenAPI {document.openapi}"
    muted(f"{document.title} {document.version}: {told}")
    for operation in document.operations[:_MOST_SHOWN]:
        route = operation.route
        Words(f"{' '.join(route.methods)} {route.path}  {operation.summary}", "div", "pg-small")
    for note in document.notes:
        muted(note)


def _wording(fault: Fault) -> str:
    line = f"Line {fault.line}: " if fault.line else ""
    return f"{line}{fault.detail} ({fault.rule} at {fault.place or 'the document'})"


def _check(actor: Actor, _work: Work, text: str) -> DocumentReport:
    return check_text(actor, text)
