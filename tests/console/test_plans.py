"""Plans of a service and the expiry of a subscription, as the service's team sets them."""

import pytest
from playwright.sync_api import Page, expect

from console.pictures import Pictures
from console.realistic_data import Known

pytestmark = pytest.mark.browser


def test_plans_are_made_ordered_and_closed(page: Page, known: Known, pictures: Pictures) -> None:
    page.goto(f"/console/services/{known.services['Catalogue']}?part=plans")
    page.get_by_role("button", name="New plan").click()
    dialog = page.locator(".pg-dialog")
    dialog.get_by_label("Name", exact=True).fill("Free")
    dialog.get_by_label("Calls").fill("none")
    dialog.get_by_role("button", name="Save plan").click()
    expect(dialog.get_by_text("A whole number is needed")).to_be_visible()
    dialog.get_by_label("Calls").fill("1000")
    dialog.get_by_role("switch", name="Each request waits").click()
    pictures.keep(page, "plan")
    dialog.get_by_role("button", name="Save plan").click()
    rows = page.get_by_role("table", name="Plans").locator("tbody tr")
    expect(rows.first).to_contain_text("1,000 calls a day · By approval of its team")
    expect(dialog).to_have_count(0)
    page.get_by_role("button", name="New plan").click()
    dialog.get_by_label("Name", exact=True).fill("Team")
    dialog.get_by_label("Calls").fill("50000")
    dialog.get_by_label("Budget").fill("20")
    dialog.get_by_role("button", name="Save plan").click()
    expect(rows.last).to_contain_text("$20.00 a month for AI")
    page.get_by_role("button", name="Up Team").click()
    expect(rows.first).to_contain_text("Team")
    page.get_by_role("button", name="Close Free").click()
    expect(rows.last).to_contain_text("Closed")
    pictures.keep(page, "plans")


def test_a_subscription_gets_its_last_day(page: Page) -> None:
    page.goto("/console/subscriptions?view=active")
    row = page.locator("tbody tr", has_text="checkout")
    row.get_by_role("button", name="Expiry").click()
    page.get_by_label("Ends on").fill("next year")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Give a day such as 2027-06-30")).to_be_visible()
    page.get_by_label("Ends on").fill("2001-01-01")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Name a moment to come.")).to_be_visible()
    page.get_by_label("Ends on").fill("2099-06-30")
    page.get_by_role("button", name="Save").click()
    expect(row).to_contain_text("Ends on 30 Jun 2099")
