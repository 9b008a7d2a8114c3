"""Sessions: none leads to the sign-in, and one that has ended stops working in a page that is still open."""

import pytest
from playwright.sync_api import Browser, Page, expect

from console.chromium import Watch
from console.conftest import sign_in
from console.control_process import Control
from console.realistic_data import Known
from passgate.identity.schemas import ApplicationIn
from passgate.identity.service.applications import create_application, delete_application
from passgate.identity.service.sessions import sign_out
from passgate.kernel.actor import SYSTEM

pytestmark = pytest.mark.browser


def test_nobody_is_led_to_the_sign_in_and_back(browser: Browser, control: Control) -> None:
    with browser.new_context(base_url=control.url) as context:
        page = context.new_page()
        page.goto("/console/keys?x=1")
        assert "/console/sign-in?next=%2Fconsole%2Fkeys%3Fx%3D1" in page.url
        page.get_by_label("E-mail").fill("ada@example.com")
        page.get_by_label("Password").fill("correct horse battery staple")
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text("Signing keys")
        cookie, other = sorted(context.cookies(), key=lambda item: item["path"])
        assert (cookie["path"], other["path"], other["value"]) == ("/api", "/console", cookie["value"])
        for one in (cookie, other):
            assert (one["name"], one["httpOnly"], one["sameSite"]) == ("passgate_session", True, "Lax")
        stored = page.evaluate("JSON.stringify([localStorage, sessionStorage])")
        assert cookie["value"] not in stored


@pytest.mark.parametrize("act", ["click", "live"])
def test_an_ended_session_ends_open_pages(browser: Browser, control: Control, act: str) -> None:
    with browser.new_context(base_url=control.url) as context:
        page = context.new_page()
        sign_in(page, control)
        page.goto("/console/applications" if act == "click" else "/console/calls")
        expect(page.locator("tbody tr").first).to_be_visible()
        secret = next(item["value"] for item in context.cookies())
        with control.storage.writing() as work:
            sign_out(work, secret)
        if act == "click":
            page.get_by_role("button", name="New application").click()
        page.wait_for_url("**/console/sign-in?next=*")


def test_signing_out(browser: Browser, control: Control) -> None:
    with browser.new_context(base_url=control.url) as context:
        page = context.new_page()
        watch = Watch(control.host)
        watch.over(page)
        sign_in(page, control)
        page.get_by_label("Your account and theme").click()
        page.get_by_text("Sign out").click()
        expect(page.get_by_role("heading", name="Sign in to Passgate")).to_be_visible()
        assert context.cookies() == []
        page.goto("/console/tokens")
        assert "/console/sign-in" in page.url
        assert watch.troubles == []


def test_names_are_shown_as_text(page: Page, control: Control, known: Known) -> None:
    hostile = '<img src=x onerror="alert(1)">{{ 7 * 7 }}${1}`'
    with control.storage.writing() as work:
        made = create_application(
            SYSTEM, work, ApplicationIn(team_id=known.team, name=hostile, description="</script><b>bold")
        )
    try:
        page.goto("/console/applications")
        expect(page.get_by_text(hostile).first).to_be_visible()
        page.get_by_text(hostile).first.click()
        expect(page.locator("h1")).to_have_text(hostile)
        expect(page.get_by_text("</script><b>bold")).to_be_visible()
    finally:
        with control.storage.writing() as work:
            delete_application(SYSTEM, work, made.id)
