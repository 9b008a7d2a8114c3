"""A revision's upstreams, policies and document, edited by their forms."""

import json

import pytest
from playwright.sync_api import Page, expect

from console.control_process import Control
from console.new_service import make_service
from console.pictures import Pictures
from factories import make_team
from passgate.kernel.actor import SYSTEM
from passgate.publishing.definition_input import DefinitionIn
from passgate.publishing.openapi.schemas import DocumentIn
from passgate.publishing.openapi.service import intake_of, keep_document
from passgate.publishing.schemas import ServiceIn
from passgate.publishing.service.revisions import get_revision, update_revision
from passgate.publishing.service.services import create_service
from passgate.publishing.version_schemas import RevisionChange

pytestmark = pytest.mark.browser

_STOCK = """openapi: 3.1.0
info: {title: Orders, version: "2"}
paths:
  /orders:
    get:
      responses: {"200": {description: The orders.}}
  /stock:
    get:
      responses: {"200": {description: The stock.}}
"""


def test_upstreams_and_policies_of_a_draft(page: Page, pictures: Pictures) -> None:
    make_service(page, "Harbour", "/harbour")
    page.get_by_role("button", name="Versions and revisions").click()
    page.get_by_role("button", name="New revision").click()
    expect(page.get_by_role("heading", name="Revision 2 of v1")).to_be_visible()
    _upstream(page, pictures)
    _policies(page, pictures)
    page.get_by_role("button", name="Publish").click()
    dialog = page.locator(".pg-dialog")
    expect(dialog).to_contain_text("Only 100 calls a minute per application pass.")
    dialog.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("This revision does not change any more")).to_be_visible()
    pictures.keep(page, "revision-published")
    page.get_by_role("button", name="Edit as a new draft").click()
    expect(page.get_by_role("heading", name="Revision 3 of v1")).to_be_visible()
    page.get_by_role("button", name="Edit default").click()
    expect(page.get_by_label("Value")).to_have_value("")


def test_policies_of_a_service_hold_at_once(page: Page, pictures: Pictures) -> None:
    make_service(page, "Quay", "/quay")
    page.get_by_role("button", name="Policies").click()
    table = page.get_by_role("table", name="Policies")
    expect(table.locator("tbody tr")).to_have_count(1)
    _choose(page, pictures, "CORS")
    dialog = page.get_by_role("dialog").last
    dialog.get_by_label("Origins").fill("app.example.com")
    dialog.get_by_role("button", name="Add policy").click()
    expect(dialog.get_by_text("is no origin, such as https://app.example.com")).to_be_visible()
    dialog.get_by_label("Origins").fill("https://app.example.com")
    dialog.get_by_role("button", name="Add policy").click()
    first = table.locator("tbody tr").first
    expect(first).to_contain_text("Pages of https://app.example.com")
    page.get_by_role("button", name="Edit Access").click()
    page.get_by_label("Claim conditions").fill("tier: gold, platinum")
    page.get_by_role("button", name="Save").click()
    expect(table).to_contain_text("tier is gold or platinum")
    pictures.keep(page, "service-policies")
    page.get_by_role("button", name="Remove CORS").click()
    page.get_by_role("button", name="Remove policy").click()
    expect(table.locator("tbody tr")).to_have_count(1)


def test_a_document_is_mocked_exported_and_changed(page: Page, pictures: Pictures) -> None:
    page.goto("/console/services/new?from=openapi")
    expect(page.get_by_text("GET /orders")).to_be_visible()
    page.get_by_label("Base path").fill("/mocked-orders")
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Upstream URL").fill("http://localhost:9000")
    page.get_by_role("switch", name="Answer from the document's").click()
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Save as draft").click()
    page.get_by_role("button", name="Versions and revisions").click()
    page.get_by_role("button", name="Edit draft").click()
    mock = page.get_by_role("switch", name="Mock")
    expect(mock).to_be_checked()
    mock.click()
    expect(page.get_by_text("The revision's upstream answers.")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export as JSON").click()
    assert download.value.suggested_filename == "orders.json"
    page.get_by_role("button", name="Edit document").click()
    dialog = page.locator(".pg-dialog")
    expect(dialog.get_by_text("GET /orders")).to_be_visible()
    dialog.locator(".cm-content").click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(_STOCK)
    expect(page.get_by_text("2 operations")).to_be_visible()
    pictures.keep(page, "document")
    page.get_by_role("button", name="Save document").click()
    expect(page.get_by_role("table", name="Routes")).to_contain_text("/stock")
    page.reload()
    expect(page.get_by_role("switch", name="Mock")).not_to_be_checked()


def test_a_long_document_of_one_line_is_read_from_its_beginning(page: Page, control: Control) -> None:
    paths = {f"/parts/{number}": {"get": {"responses": {"200": {"description": "It"}}}} for number in range(80)}
    text = json.dumps({"openapi": "3.0.3", "info": {"title": "Parts", "version": "1"}, "paths": paths})
    with control.storage.writing() as work:
        team = make_team(work, "Parts")
        digest = keep_document(SYSTEM, work, team.id, intake_of(DocumentIn(team_id=team.id, text=text), None)).digest
        given = {"team_id": team.id, "name": "Parts", "base_path": "/parts", "definition": {"document": digest}}
        service = create_service(SYSTEM, work, ServiceIn.model_validate(given))
    page.goto(f"/console/services/{service.id}?part=versions")
    page.get_by_role("button", name="Edit draft").click()
    page.get_by_role("button", name="Edit document").click()
    expect(page.locator(".pg-dialog").get_by_text("80 operations")).to_be_visible()
    expect(page.locator(".cm-line").first).to_have_text("{")
    page.wait_for_function("document.querySelector('.cm-scroller').scrollHeight > 5000")
    expect(page.locator(".cm-line", has_text='"title": "Parts"')).to_be_in_viewport()


def test_a_draft_that_somebody_else_has_changed_is_not_overwritten(
    page: Page, control: Control, pictures: Pictures
) -> None:
    make_service(page, "Jetty", "/jetty")
    page.get_by_role("button", name="Versions and revisions").click()
    page.get_by_role("button", name="New revision").click()
    expect(page.get_by_role("heading", name="Revision 2 of v1")).to_be_visible()
    page.wait_for_url("**/revisions/*")  # a moment after the page is there
    service_id, _, revision_id = page.url.rsplit("/", 3)[1:]
    with control.storage.writing() as work:
        shown = get_revision(SYSTEM, work, service_id, revision_id).definition
        theirs = DefinitionIn.model_validate({**shown.model_dump(mode="json"), "policies": [{"kind": "compression"}]})
        update_revision(SYSTEM, work, service_id, revision_id, RevisionChange(definition=theirs))
    _choose(page, pictures, "Client addresses")
    dialog = page.locator(".pg-dialog")
    dialog.get_by_label("Deny").fill("203.0.113.0/24")
    dialog.get_by_role("button", name="Add policy").click()
    expect(dialog).to_contain_text("Somebody has changed revision 2 since you read it")
    pictures.keep(page, "revision-changed")
    page.reload()
    expect(page.get_by_role("table", name="Policies")).to_contain_text("Compression")


def _upstream(page: Page, pictures: Pictures) -> None:
    page.get_by_role("button", name="Edit default").click()
    dialog = page.locator(".pg-dialog")
    dialog.get_by_role("button", name="Add address").click()
    expect(dialog.get_by_label("Host", exact=True).nth(1)).to_be_focused()  # until then the last host is the first
    dialog.get_by_label("Host", exact=True).last.fill("harbour-2.internal")
    dialog.get_by_label("Port").last.fill("900000")
    dialog.get_by_label("Weight").last.fill("3")
    dialog.get_by_text("Health", exact=True).click()
    dialog.get_by_text("Ask each address").click()
    dialog.get_by_text("Credentials", exact=True).click()
    dialog.get_by_role("button", name="Add credential").click()
    expect(dialog.get_by_role("textbox", name="Header")).to_be_focused()
    dialog.get_by_label("Value").fill("Bearer of-the-harbour")
    dialog.get_by_role("button", name="Save upstream").click()
    expect(dialog.get_by_text("less than or equal to 65535")).to_be_visible()
    pictures.keep(page, "upstream")
    dialog.get_by_label("Port").last.fill("9001")
    dialog.get_by_role("button", name="Save upstream").click()
    expect(dialog).to_have_count(0)
    table = page.get_by_role("table", name="Upstreams")
    expect(table).to_contain_text("localhost:9000, harbour-2.internal:9001")
    expect(table).to_contain_text("/healthz every 5 s")
    expect(table).to_contain_text("authorization")
    expect(page.get_by_text("of-the-harbour")).to_have_count(0)


def _policies(page: Page, pictures: Pictures) -> None:
    _choose(page, pictures, "Rate limit")
    dialog = page.get_by_role("dialog").last
    dialog.get_by_role("button", name="Add policy").click()
    expect(dialog.get_by_text("This is needed.")).to_be_visible()
    dialog.get_by_label("Calls").fill("100")
    pictures.keep(page, "rate-limit")
    dialog.get_by_role("button", name="Add policy").click()
    expect(page.get_by_text("100 calls a minute, for each application")).to_be_visible()
    _choose(page, pictures, "Client addresses")
    dialog.get_by_label("Deny").fill("203.0.113.0/99")
    dialog.get_by_role("button", name="Add policy").click()
    expect(dialog.get_by_text("203.0.113.0/99 is no CIDR block")).to_be_visible()
    dialog.get_by_label("Deny").fill("203.0.113.0/24")
    dialog.get_by_role("button", name="Add policy").click()
    _choose(page, pictures, "Response cache")
    dialog.get_by_label("Kept by default, seconds").fill("90000")
    dialog.get_by_role("button", name="Add policy").click()
    expect(dialog.get_by_text("less than or equal to 86400")).to_be_visible()
    dialog.get_by_label("Kept by default, seconds").fill("60")
    pictures.keep(page, "response-cache")
    dialog.get_by_role("button", name="Add policy").click()
    expect(page.get_by_text("For each caller; 60 seconds where the answer says nothing")).to_be_visible()
    rows = page.get_by_role("table", name="Policies").locator("tbody tr")
    expect(rows.first).to_contain_text("Not 203.0.113.0/24")
    expect(rows.nth(2)).to_contain_text("Rate limit")


def _choose(page: Page, pictures: Pictures, kind: str) -> None:
    expect(page.locator(".pg-dialog")).to_have_count(0)
    page.locator("#content").get_by_role("button", name="Add policy").click()
    pictures.keep(page, "kinds")
    expect(page.locator(".pg-kinds")).to_contain_text("Rate limit")
    page.locator(".pg-kinds").get_by_text(kind, exact=True).click()
    expect(page.locator(".pg-dialog")).to_have_count(1)
