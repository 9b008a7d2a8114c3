"""Every page, opened in a real browser: its content is there, nothing fails, nothing is loaded from elsewhere."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from console.chromium import Watch
from console.realistic_data import REJECTION, Known
from passgate.console.pages.table_of_pages import PAGES

pytestmark = pytest.mark.browser

CONTENT = {
    "/": ["Top applications", "support-bot", "Top models", "gpt-4o-mini", "24 hours"],
    "/calls": ["POST /v1/chat/completions", "403 subscription_missing", "Live"],
    "/alerts": ["Alerts", "Webhooks", "No webhooks", "New webhook"],
    "/policies": ["Policies", "No policies yet", "Masking log"],
    "/policies/masking": ["Masking log", "Nothing was found"],
    "/providers": ["OpenAI production", "Connected", "Failing"],
    "/providers/new": ["Anthropic", "Groq", "Ollama", "Your own"],
    "/models": ["claude-sonnet-4-5", "text-embedding-3-small", "embeddings", "$0.15"],
    "/playground": ["Playground", "Copy as code", "Tools", "Max tokens"],
    "/limits": ["Payments a month", "Money per month", "Team Default"],
    "/ledger": ["Price corrections", "No corrections", "Correct prices"],
    "/portal": ["Developer portal", "Orders", "REST API"],
    "/portal/mine": ["My subscriptions", "checkout", "Active", "Calls, 30 days"],
    "/subscriptions": ["Nothing waits for you", "Requests"],
    "/services": ["Orders", "/catalogue", "Draft", "Subscribers"],
    "/applications": ["checkout", "Answers questions on the order page", "ada's editor"],
    "/tokens": ["laptop of Ada", "Revoked"],
    "/tokens/templates": ["Partner feed", "partner.example", "ES256", "tier, mail"],
    "/tokens/lifetimes": ["Application", "90 days", "365 days", "12 hours"],
    "/applications/registration": ["CI of the web team", "Active", "Clients registered"],
    "/users": ["Grace Hopper", "ada@example.com", "Administrator"],
    "/teams": ["Default", "Payments"],
    "/roles": ["Owner", "Everything in the team.", "Built in", "No scopes yet"],
    "/sessions": ["Chrome on Linux", "This one", "127.0.0.1", "Applications that act in your name"],
    "/audit": ["application.created", "system", "Done"],
    "/access": ["Nothing asked yet", "The call"],
    "/nodes": ["node-1", "Up to date", "Envoy on node-2 rejected snapshot 42", REJECTION],
    "/workbench": ["Check a token", "Sign claims", "each check with its reason"],
    "/issuers": ["Company account", "Keycloak", "Staff tokens", "Unreachable", "https://id.example.com/realms/staff"],
    "/keys": ["Active", "Next", "Retiring", "ES256", "Made here", "/.well-known/jwks.json"],
}
DETAILS = {
    "/providers/{provider_id}": ["The last connection test failed", "Anthropic refused the key", "stored, sealed"],
    "/models/{model_id}": ["Deployments", "OpenAI production", "128,000 tokens", "/v1/chat/completions"],
    "/portal/services/{service_id}": ["At a glance", "Code samples", "Subscribe"],
    "/services/new": ["New service", "REST API from OpenAPI", "REST API, blank", "Prompt as an API", "AI models"],
    "/services/new-prompt": ["New prompt API", "Start from", "Try it", "Variables"],
    "/services/{service_id}/revisions/{revision_id}": ["Revision 1 of v1", "Upstreams", "Edit as a new draft"],
    "/services/{service_id}": ["Call it", "checkout", "Without a token the answer is 401"],
    "/applications/{application_id}": ["production", "staging", "Orders", "every model of its team"],
    "/tokens/{jti}": ["leaked in a public repository", "all that its application may", "Narrowed from it"],
    "/users/{user_id}/tokens": ["No live tokens", "Revoke all of them"],
    "/users/{user_id}": ["Edsger Dijkstra", "Payments", "Viewer"],
    "/issuers/providers/{identity_provider_id}": ["/callback", "builders = developer in Default", "stored, sealed"],
    "/issuers/trusted/{issuer_id}": ["shop-backend", "checkout", "auth0|leaver", "left the company", "staff-key-1"],
    "/teams/{team_id}": ["Default", "Members", "Ada Lovelace", "Owner"],
}

_HIDDEN_ACTIONS = """() => [...document.querySelectorAll("#content table td:last-child button")]
    .filter(one => one.getBoundingClientRect().right > one.closest("table").parentElement.getBoundingClientRect().right)
    .map(one => one.getAttribute("aria-label") || one.textContent)"""
"""What a row offers and one sees only after moving the table sideways."""


def test_every_page_is_listed_here() -> None:
    assert set(PAGES) == {*CONTENT, *DETAILS}


@pytest.mark.parametrize("path", CONTENT)
def test_page(page: Page, path: str, request: pytest.FixtureRequest) -> None:
    page.goto(f"/console{path}")
    for text in CONTENT[path]:
        expect(page.locator("#content").get_by_text(text).first).to_be_visible()
    expect(page.locator(".pg-skeleton")).to_have_count(0)
    expect(page.locator("h1")).to_have_count(1)
    assert page.evaluate(_HIDDEN_ACTIONS) == []
    folder = request.config.getoption("--pictures")
    if path == "/" and folder:
        page.wait_for_timeout(1_500)  # curves are drawn over a moment
        page.screenshot(path=Path(folder) / "overview.png")


@pytest.mark.parametrize("path", DETAILS)
def test_detail(page: Page, known: Known, path: str) -> None:
    page.goto("/console" + path.format(**known.one_of_each()))
    for text in DETAILS[path]:
        expect(page.locator("#content").get_by_text(text).first).to_be_visible()
    assert page.evaluate(_HIDDEN_ACTIONS) == []


def test_going_through_the_sidebar_keeps_the_frame(page: Page) -> None:
    page.goto("/console/")
    page.evaluate("window.stillTheSamePage = true")
    for title in ("Calls", "Providers", "Models", "Services", "Applications", "Tokens", "Nodes", "Signing keys"):
        page.get_by_role("navigation", name="Areas").get_by_text(title, exact=True).click()
        expect(page.locator("h1")).to_have_text(title)
        expect(page.locator('.pg-nav-item[aria-current="page"]')).to_have_text(title)
    page.go_back()
    expect(page.locator("h1")).to_have_text("Nodes")
    assert page.evaluate("window.stillTheSamePage") is True


def test_unknown_addresses_say_so(page: Page, watch: Watch) -> None:
    watch.expected_statuses.add(404)
    page.goto("/console/no/such/page")
    expect(page.get_by_text("There is no such page")).to_be_visible()
    page.goto("/console/applications/app_nobody")
    expect(page.get_by_text("No such application.")).to_be_visible()
    page.get_by_text("Go to the overview").click()
    expect(page.locator("h1")).to_have_text("Overview")


def test_search_finds_things_by_name(page: Page) -> None:
    page.goto("/console/")
    expect(page.locator("h1")).to_be_visible()
    page.keyboard.press("Control+k")
    expect(page.locator(".pg-palette input")).to_be_focused()
    page.keyboard.type("checko")
    expect(page.locator(".pg-palette-item")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("checkout")


def test_theme_follows_the_system_until_chosen(page: Page) -> None:
    page.emulate_media(color_scheme="dark")
    page.goto("/console/keys")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.emulate_media(color_scheme="light")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    page.get_by_label("Your account and theme").click()
    page.locator("[data-theme-option=dark]").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator("body.body--dark")).to_have_count(1)
