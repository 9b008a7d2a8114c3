"""Limits and budgets, as an administrator sets them."""

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def test_a_budget_is_set_changed_and_lifted(page: Page) -> None:
    page.goto("/console/limits")
    page.get_by_role("button", name="New limit").click()
    page.get_by_label("Name").fill("Checkout a day")
    on = page.get_by_label("On", exact=True)
    on.fill("checkout")
    page.get_by_role("option", name="Application checkout").click()
    page.get_by_label("What").click()
    page.get_by_role("option", name="Money per day").click()
    page.get_by_label("Amount").fill("12.50")
    page.get_by_role("button", name="Set limit").click()
    row = page.locator("tbody tr", has_text="Checkout a day")
    expect(row).to_contain_text("$12.50")
    expect(row).to_contain_text("Application checkout")
    row.click()
    page.get_by_role("dialog").get_by_role("button", name="Edit").click()
    expect(page.get_by_label("Name")).to_be_focused()  # the dialog gives it the focus when it has come
    page.get_by_label("Amount").fill("20")
    page.get_by_role("button", name="Save").click()
    expect(row).to_contain_text("$20.00")
    page.get_by_role("button", name="New limit").click()
    page.get_by_label("Amount").fill("plenty")
    page.get_by_role("button", name="Set limit").click()
    expect(page.get_by_text("give an amount in dollars")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    row.click()
    page.get_by_role("dialog").get_by_role("button", name="Lift").click()
    asked = page.get_by_role("dialog").filter(has_text="Lift the limit")
    asked.get_by_role("button", name="Lift", exact=True).click()
    expect(row).to_have_count(0)
