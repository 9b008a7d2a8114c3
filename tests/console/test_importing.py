"""A document becomes a service, as its team does it in the console."""

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def test_a_document_is_checked_while_it_is_written_and_becomes_a_service(page: Page) -> None:
    page.goto("/console/services")
    page.get_by_role("button", name="Import OpenAPI").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("GET /orders")).to_be_visible()
    editor = dialog.locator(".cm-content")
    editor.click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text("openapi: 3.1.0\ninfo: {title: Parcels}\npaths: {}\n")
    expect(dialog.get_by_text("Line 2:")).to_be_visible()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text("openapi: 3.1.0\ninfo: {title: Parcels, version: '7'}\npaths: {}\n")
    expect(dialog.get_by_text("Parcels 7: 0 operations")).to_be_visible()
    dialog.get_by_label("Base path").fill("/parcels")
    dialog.get_by_role("button", name="Create service").click()
    expect(page.get_by_role("heading", name="Parcels")).to_be_visible()
