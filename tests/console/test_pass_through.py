"""Opening a provider to applications that call it as it is."""

import pytest
from playwright.sync_api import Page, expect

from console.pictures import Pictures

pytestmark = pytest.mark.browser


def test_a_provider_is_opened_to_an_application(page: Page, pictures: Pictures) -> None:
    page.goto("/console/providers")
    page.get_by_text("OpenAI production").first.click()
    page.get_by_role("button", name="Pass-through").click()
    dialog = page.get_by_role("dialog").last
    dialog.get_by_role("switch").click()
    dialog.get_by_label("Applications").click()
    page.get_by_role("option", name="checkout").click()
    page.keyboard.press("Escape")
    dialog.get_by_label("Charge of a call, micro-dollars").fill("0")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("greater than or equal to 1")).to_be_visible()
    dialog.get_by_label("Charge of a call, micro-dollars").fill("2000")
    pictures.keep(page, "pass-through")
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_text("1 application", exact=True)).to_be_visible()
