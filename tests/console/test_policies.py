"""Policies, as an administrator sets and tries them."""

import pytest
from playwright.sync_api import Page, expect

from console.pictures import Pictures

pytestmark = pytest.mark.browser


def test_a_policy_is_tried_made_and_deleted(page: Page, pictures: Pictures) -> None:
    page.goto("/console/policies")
    page.get_by_role("button", name="Try masking").click()
    page.get_by_role("button", name="Try", exact=True).click()
    expect(page.get_by_text("Write to [masked:mail] or call [masked:phone]. Card: [masked:card].")).to_be_visible()
    pictures.keep(page, "trial")
    page.get_by_role("button", name="Done").click()
    page.get_by_role("button", name="New policy").click()
    dialog = page.get_by_role("dialog").last
    dialog.get_by_label("Name").fill("No personal data")
    dialog.get_by_label("Masking").fill("mail mailbox")
    dialog.get_by_label("Cache, seconds").fill("600")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("Line 1: 'mailbox' is not known here.")).to_be_visible()
    dialog.get_by_label("Masking").fill("mail email\ncase pattern=case no\\. \\d{3,6}")
    pictures.keep(page, "policy")
    dialog.get_by_role("button", name="Save").click()
    row = page.locator("tbody tr", has_text="No personal data")
    expect(row).to_contain_text("mail (mask), case (mask)")
    expect(row).to_contain_text("cache 600 s")
    row.click()
    expect(page.get_by_label("Masking")).to_have_value("mail email mask\ncase mask pattern=case no\\. \\d{3,6}")
    page.get_by_role("button", name="Delete").click()
    asked = page.get_by_role("dialog").filter(has_text="Delete the policy")
    asked.get_by_role("button", name="Delete", exact=True).click()
    expect(row).to_have_count(0)
