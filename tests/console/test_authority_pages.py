"""Roles, sessions, the audit log and the access check, as an administrator uses them."""

import pytest
from playwright.sync_api import Browser, Page, expect

from console.conftest import sign_in
from console.control_process import Control
from console.realistic_data import EMAIL, Known
from passgate.identity.service.sessions import session_of

pytestmark = pytest.mark.browser


def test_a_role_is_made_and_given_and_the_log_tells_of_it(page: Page, known: Known) -> None:
    page.goto("/console/roles")
    page.get_by_role("button", name="New role").click()
    page.get_by_label("Name").fill("Auditor")
    permissions = page.get_by_label("Permissions", exact=True)
    permissions.fill("audit:re")
    page.get_by_role("option", name="audit:read").click()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("tbody tr", has_text="Auditor")).to_contain_text("Custom")
    page.goto(f"/console/users/{known.user}")
    page.get_by_role("button", name="Role", exact=True).click()
    page.get_by_label("Role").last.click()
    page.get_by_role("option", name="Auditor").click()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#content dd", has_text="Auditor")).to_be_visible()
    page.goto("/console/audit?search=user.changed")
    row = page.locator("tbody tr", has_text="user.changed").first
    expect(row).to_contain_text("Ada Lovelace")
    row.click()
    panel = page.get_by_role("dialog")
    expect(panel.get_by_text("organisation_role")).to_be_visible()
    expect(panel.get_by_text("127.0.0.1")).to_be_visible()


def test_the_log_is_verified(page: Page) -> None:
    page.goto("/console/audit")
    page.get_by_role("button", name="Verify").click()
    expect(page.get_by_text("The log is whole")).to_be_visible()
    expect(page.get_by_role("button", name="Export")).to_have_count(0)
    expect(page.get_by_role("link", name="Export")).to_have_attribute("href", "/api/v1/audit/export")


def test_another_session_is_ended(browser: Browser, page: Page, control: Control) -> None:
    with browser.new_context(base_url=control.url) as other:
        there = other.new_page()
        sign_in(there, control)
        page.goto("/console/sessions")
        current = page.locator("tbody tr", has_text="This one")
        expect(current.get_by_role("button", name="End")).to_have_count(0)
        page.locator("tbody tr").first.get_by_role("button", name="End").click()
        expect(page.locator("tbody tr").first).to_contain_text("Ended")
        there.get_by_role("navigation", name="Areas").get_by_text("Teams", exact=True).click()
        there.wait_for_url("**/console/sign-in?next=*")


def test_the_cookie_changes_and_the_open_page_lives_on(browser: Browser, control: Control) -> None:
    with browser.new_context(base_url=control.url) as context:
        page = context.new_page()
        sign_in(page, control)
        first = {item["name"]: item["value"] for item in context.cookies()}["passgate_session"]
        with control.storage.writing() as work:
            session_of(work, first).rotate_at = None
        beside = context.new_page()
        beside.goto("/console/teams")
        expect(beside.locator("h1")).to_have_text("Teams")
        second = {item["name"]: item["value"] for item in context.cookies()}["passgate_session"]
        assert second != first
        page.get_by_role("navigation", name="Areas").get_by_text("Users", exact=True).click()
        expect(page.get_by_text(EMAIL)).to_be_visible()
        stored = page.evaluate("JSON.stringify([localStorage, sessionStorage, document.cookie])")
        assert first not in stored
        assert second not in stored


def test_why_a_call_is_refused(page: Page, known: Known) -> None:
    page.goto(f"/console/access?jti={known.token}")
    page.get_by_label("Path").fill("/orders/17")
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_text("The call is refused with 401")).to_be_visible()
    expect(page.get_by_text("Not asked").first).to_be_visible()
    expect(page.get_by_text("leaked in a public repository").first).to_be_visible()
    expect(page.get_by_text("The path belongs to the service Orders.")).to_be_visible()
    page.get_by_label("Path").fill("orders")
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_text("A path begins with a slash.")).to_be_visible()
    page.get_by_label("Path").fill("/orders/17")
    page.get_by_label("Headers").fill("x-api-version v2")
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_text("Write one header a line")).to_be_visible()
