"""The list of services, narrowed by tag."""

import pytest
from playwright.sync_api import Page, expect

from console.pictures import Pictures
from console.realistic_data import Known

pytestmark = pytest.mark.browser


def test_services_are_found_by_tag(page: Page, known: Known, pictures: Pictures) -> None:
    page.goto(f"/console/services/{known.services['Catalogue']}")
    page.get_by_role("button", name="Edit").click()
    page.get_by_text("More", exact=True).click()
    tags = page.get_by_label("Tags")
    tags.fill("Shop Window")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".pg-dialog")).to_contain_text("should match pattern")
    tags.fill("shop, partners")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".pg-dialog")).to_have_count(0)
    page.goto("/console/services")
    page.get_by_label("Tag", exact=True).click()
    page.get_by_role("option", name="partners").click()
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("partners")
    expect(rows).to_contain_text("v1")
    pictures.keep(page, "services")
