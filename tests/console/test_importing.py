"""A new service, step by step: from a document, and from nothing but a URL."""

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def test_a_document_is_checked_while_it_is_written_and_becomes_a_service(page: Page) -> None:
    page.goto("/console/services")
    page.get_by_role("link", name="New service").click()
    page.get_by_role("link", name="REST API from OpenAPI").click()
    expect(page.get_by_text("GET /orders")).to_be_visible()
    expect(page.get_by_label("Base path")).to_have_value("/orders")
    page.locator(".cm-content").click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text("openapi: 3.1.0\ninfo: {title: Parcels}\npaths: {}\n")
    expect(page.get_by_text("Line 2:")).to_be_visible()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.locator(".cm-content").click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(
        "openapi: 3.1.0\ninfo: {title: Parcels, version: '7'}\n"
        "paths: {/parcels: {get: {responses: {'200': {description: All of them.}}}}}\n"
    )
    expect(page.get_by_text("Parcels 7: 1 operation")).to_be_visible()
    page.get_by_label("Base path").fill("/parcels")
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Upstream URL").fill("http://localhost:1")
    page.get_by_role("button", name="Test connection").click()
    expect(page.get_by_text("It does not answer as it should")).to_be_visible()
    page.get_by_role("switch", name="Answer from the document's").click()
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text("1 endpoint")).to_be_visible()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Parcels is published")).to_be_visible()
    expect(page.locator(".pg-snippet")).to_contain_text("/parcels/parcels")
    page.get_by_role("link", name="Open the service").click()
    expect(page.get_by_role("heading", name="Parcels")).to_be_visible()


def test_what_is_refused_leads_back_to_its_step(page: Page) -> None:
    page.goto("/console/services/new")
    page.get_by_role("link", name="REST API, blank").click()
    expect(page.get_by_text("Four steps")).to_be_visible()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text("This is needed.")).to_be_visible()
    page.get_by_label("Name").fill("Second catalogue")
    page.get_by_label("Base path").fill("/catalogue")  # another one has it
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Upstream URL").fill("ftp://localhost")
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_label("Upstream URL")).to_be_visible()
    page.get_by_label("Upstream URL").fill("http://localhost:9000")
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Save as draft").click()
    expect(page.get_by_label("Base path")).to_be_visible()
    page.get_by_label("Base path").fill("/second-catalogue")
    for _ in range(3):
        page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Save as draft").click()
    expect(page.get_by_role("heading", name="Second catalogue")).to_be_visible()
    expect(page.get_by_text("This service is a draft")).to_be_visible()
