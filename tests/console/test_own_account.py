"""What one does for oneself: a token for the management API, another password."""

import json
from base64 import urlsafe_b64decode

import pytest
from playwright.sync_api import Browser, Page, expect

from console.conftest import sign_in
from console.control_process import Control
from console.realistic_data import PASSWORD, set_up

pytestmark = pytest.mark.browser


def test_a_token_for_the_management_api(page: Page) -> None:
    page.goto("/console/tokens")
    page.get_by_role("button", name="New token").click()
    page.get_by_label("Name").fill("my scripts")
    page.get_by_label("For").click()
    page.get_by_role("option", name="Yourself, for the management API").click()
    page.get_by_role("button", name="Create token").click()
    token = page.locator(".pg-secret code").inner_text()
    body = token.split(".")[1]
    assert json.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4)))["aud"] == "passgate-api"
    expect(page.locator(".pg-snippet pre")).to_contain_text("/api/v1/applications")
    page.get_by_role("button", name="I have copied it").click()
    expect(page.locator("tbody tr").first).to_contain_text("my scripts")


def test_another_password_signs_out(browser: Browser, new_control: Control) -> None:
    set_up(new_control.storage)
    with browser.new_context(base_url=new_control.url) as context:
        page = context.new_page()
        sign_in(page, new_control)
        page.get_by_label("Your account and theme").click()
        page.get_by_text("Change password").click()
        page.get_by_label("Current password").fill("not this one")
        page.get_by_label("New password").fill("another horse, another battery")
        page.get_by_role("button", name="Change password").last.click()
        expect(page.get_by_text("The current password is wrong.")).to_be_visible()
        page.get_by_label("Current password").fill(PASSWORD)
        page.get_by_role("button", name="Change password").last.click()
        page.wait_for_url("**/console/sign-in?next=*")
        sign_in(page, new_control, password="another horse, another battery")
