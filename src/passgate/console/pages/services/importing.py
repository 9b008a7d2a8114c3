"""A service from an OpenAPI document: a file, a text or a URL, checked while it is written."""

from nicegui import ui

from passgate.console.components.dialog import form_dialog
from passgate.console.components.field import choice_field, text_field
from passgate.console.components.form import Form
from passgate.console.components.text import box
from passgate.console.pages.services.document_editor import DocumentEditor
from passgate.console.pages.teams_of import writable_teams
from passgate.console.visit import Visit
from passgate.kernel.permissions import Permission
from passgate.publishing.service.from_document import DescribedServiceIn, create_from_document

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


async def ask_to_import(visit: Visit) -> None:
    """Ask for a document, make a service of it, and open it."""
    teams = await visit.ask(writable_teams, Permission.SERVICE_WRITE)

    async def create(form: Form) -> None:
        intake = await editor.intake()
        given = {"team_id": form["team_id"] or "", "base_path": form["base_path"] or "", "mock": bool(form["mock"])}
        wanted = DescribedServiceIn.model_validate({**given, "upstream_url": form["upstream_url"] or None})
        made = await visit.change(create_from_document, intake, wanted)
        visit.go(f"/services/{made.id}")

    lead = "Routes come from the document. It is checked while you write."
    with form_dialog("Import OpenAPI", lead, "Create service", create, size="wide") as form:
        editor = DocumentEditor(visit, _START)
        with box("pg-grid-2"):
            form.add("team_id", choice_field("Team", teams, value=next(iter(teams), None)))
            form.add("base_path", text_field("Base path", placeholder="/orders"))
        help_text = "Where the calls go; may be left out while answers are mocked."
        form.add("upstream_url", text_field("Upstream URL", optional=True, help_text=help_text))
        form.add("mock", ui.switch("Answer from the document's examples and schemas (mock)", value=True))
