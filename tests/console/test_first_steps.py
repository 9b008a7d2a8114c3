"""What a new user does: from the set-up link to a token that is revoked again, in a real browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from console.chromium import Watch
from console.control_process import Control
from console.fake_vendor import KEY, running_vendor
from console.realistic_data import EMAIL, PASSWORD
from passgate.identity.service.keys import public_jwks
from passgate.identity.service.setup import new_setup_link
from passgate.identity.service.tokens import list_tokens
from passgate.kernel.actor import SYSTEM
from passgate.kernel.pagination import PageRequest

pytestmark = pytest.mark.browser


@pytest.fixture
def new_page(browser: Browser, new_control: Control) -> Iterator[Page]:
    watch = Watch(new_control.host, expected_statuses={422})
    context = browser.new_context(
        base_url=new_control.url,
        viewport={"width": 1280, "height": 820},
        permissions=["clipboard-read", "clipboard-write"],
    )
    with context:
        context.set_default_timeout(30_000)
        page = context.new_page()
        watch.over(page)
        yield page
    assert watch.troubles == []


def test_first_steps(new_page: Page, new_control: Control) -> None:
    _set_up(new_page, new_control)
    expect(new_page.get_by_text("0 of 4")).to_be_visible()
    with running_vendor() as vendor:
        _add_provider(new_page, vendor)
        _switch_on_a_model(new_page)
    token = _create_application_and_token(new_page)
    assert token.count(".") == 2
    with new_control.storage.reading() as work:
        assert public_jwks(work)["keys"]
        (row,) = list_tokens(SYSTEM, work, PageRequest()).items
    assert row.name == "laptop"
    new_page.goto("/console/")
    expect(new_page.get_by_text("3 of 4")).to_be_visible()
    _revoke(new_page, new_control)


def _set_up(page: Page, control: Control) -> None:
    with control.storage.writing() as work:
        secret = new_setup_link(work)
    page.goto(f"/console/setup?key={secret}")
    page.get_by_label("Your name").fill("Ada Lovelace")
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Password").fill("too short")
    page.get_by_role("button", name="Create administrator").click()
    expect(page.get_by_text("at least 12 characters").first).to_be_visible()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create administrator").click()
    expect(page.locator("h1")).to_have_text("Overview")


def _add_provider(page: Page, vendor: str) -> None:
    page.get_by_text("Add provider").click()
    page.get_by_label("Search vendors").fill("openai")
    page.locator(".pg-vendor", has_text="OpenAI").first.click()
    page.get_by_role("button", name="Save provider").click()
    expect(page.get_by_text("OpenAI needs an API key.")).to_be_visible()
    page.get_by_label("Base URL").fill(vendor)
    page.get_by_label("API key").fill("sk-wrong-key")
    page.get_by_role("button", name="Test connection").click()
    expect(page.get_by_text("Not connected")).to_be_visible()
    page.get_by_label("API key").fill(KEY)
    page.get_by_role("button", name="Test connection").click()
    expect(page.get_by_text("Connected: 4 models.")).to_be_visible()
    page.get_by_role("button", name="Save provider").click()
    expect(page.locator("h1")).to_have_text("OpenAI")


def _switch_on_a_model(page: Page) -> None:
    row = page.locator("tr[data-id=gpt-4o-mini]")
    expect(row).to_contain_text("$0.15")
    expect(page.locator("tr[data-id=gpt-realtime]").get_by_role("button")).to_have_count(0)
    row.get_by_role("button", name="Switch on").click()
    expect(row).to_contain_text("Switch off")
    page.get_by_role("link", name="Models").first.click()
    expect(page.locator("tbody tr")).to_have_count(1)


def _create_application_and_token(page: Page) -> str:
    page.get_by_role("link", name="Applications").first.click()
    page.get_by_role("button", name="New application").first.click()
    page.get_by_role("button", name="Create application").click()
    expect(page.get_by_text("This is needed.")).to_be_visible()
    page.get_by_label("Name").fill("notebook")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("notebook")
    page.get_by_role("button", name="New token").first.click()
    page.get_by_label("Name").fill("laptop")
    page.get_by_role("button", name="Create token").click()
    shown = page.locator(".pg-secret code")
    token = shown.inner_text()
    page.locator(".pg-secret").get_by_role("button").click()
    assert page.evaluate("navigator.clipboard.readText()") == token
    for tab in ("Python (openai)", "Python (anthropic)", "Node", "curl"):
        page.get_by_role("tab", name=tab).click()
        expect(page.locator(".q-tab-panel:visible pre")).to_contain_text(token)
        expect(page.locator(".q-tab-panel:visible pre")).to_contain_text("gpt-4o-mini")
    page.get_by_role("button", name="I have copied it").click()
    expect(shown).to_have_count(0)
    return token


def _revoke(page: Page, control: Control) -> None:
    page.get_by_role("link", name="Tokens").first.click()
    page.get_by_role("button", name="Revoke laptop").click()
    page.get_by_label("Reason").fill("a test of the console")
    page.get_by_role("button", name="Revoke token").click()
    expect(page.locator("tbody tr")).to_contain_text("Revoked")
    expect(page.get_by_role("button", name="Revoke laptop")).to_have_count(0)
    with control.storage.reading() as work:
        (row,) = list_tokens(SYSTEM, work, PageRequest()).items
    assert row.revoked_reason == "a test of the console"
