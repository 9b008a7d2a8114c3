"""What Passgate's users do, from an OpenAPI file to a version's end: two teams, three roles, a browser, a real gate.

``make pictures`` walks it, too, and keeps the documentation's pictures.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from console.chromium import launched
from e2e.running import PASSWORD, Administrator, until
from e2e.story_upstream import running_upstream
from fake_vendor import FakeVendor, openai_chat

pytestmark = pytest.mark.browser

_DOCUMENT = """openapi: 3.0.3
info: {title: Orders, version: "1"}
paths:
  /orders:
    get:
      summary: List orders
      responses: {"200": {description: The orders}}
  /orders/{id}:
    get:
      summary: One order
      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
      responses: {"200": {description: The order}}
"""
_SCHEMA = """{"type": "object", "required": ["sentiment", "confidence"], "additionalProperties": false, "properties":
{"sentiment": {"type": "string", "enum": ["positive", "negative", "neutral"]}, "confidence": {"type": "number"}}}"""
_ANSWER = {"sentiment": "positive", "confidence": 0.93}
_PRODUCT = ("service:read", "service:write", "service:publish", "team:read", "model:read", "token:issue")


@dataclass
class Stage:
    """The gate, and a page for each who acts."""

    ada: Administrator
    browser: Browser
    pictures: str
    contexts: list[BrowserContext] = field(default_factory=list)

    def page_of(self, name: str) -> Page:
        """A signed-in page."""
        url = self.ada.passgate.url
        context = self.browser.new_context(viewport={"width": 1280, "height": 820}, base_url=url)
        context.set_default_timeout(30_000)
        self.contexts.append(context)
        page = context.new_page()
        page.goto("/console/sign-in")
        page.get_by_label("E-mail").fill(f"{name}@example.org")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/console/")
        return page

    def keep(self, page: Page, name: str, *themes: str) -> None:
        """A picture, where they are asked for, light unless themes are named."""
        for theme in (themes or ("light",)) if self.pictures else ():
            page.evaluate(f"window.passgateTheme.choose('{theme}')")
            page.wait_for_timeout(500)  # colours fade over
            page.screenshot(path=Path(self.pictures) / f"{name}-{theme}.png")


@pytest.fixture
def stage(ada: Administrator, request: pytest.FixtureRequest) -> Iterator[Stage]:
    expect.set_options(timeout=20_000)
    with launched() as browser:
        made = Stage(ada, browser, request.config.getoption("--pictures"))
        yield made
        for context in made.contexts:
            context.close()


def test_the_whole_story(stage: Stage, openai_vendor: FakeVendor, tmp_path: Path) -> None:
    ada = stage.ada
    openai_vendor.reply("/v1/chat/completions", openai_chat('{"sentiment": "positive", "confidence": 0.93}'))
    ada.provider("openai", f"{openai_vendor.url}/v1", "gpt-4o-mini")
    logistics, shop = (ada.post("/teams", {"name": name})["id"] for name in ("Logistics", "Web shop"))
    role = ada.post("/roles", {"team_id": logistics, "name": "Product manager", "permissions": [*_PRODUCT]})["id"]
    for name, team, its_role in (("olga", logistics, "owner"), ("pia", logistics, role), ("dev", shop, "developer")):
        made = ada.post("/users", {"email": f"{name}@example.org", "name": name.capitalize(), "password": PASSWORD})
        ada.request("PUT", f"/teams/{team}/members/{made['id']}", {"role": its_role})
    ada.in_force()
    owner = stage.page_of("olga")
    with running_upstream("one") as old, running_upstream("two") as new:
        orders = _publish_a_document(stage, owner, tmp_path, old.port)
        developer = stage.page_of("dev")
        call = _subscribe(stage, developer, owner, orders)
        new.fails = True
        _canary(stage, owner, call, new.port)
        new.fails = False
        _sentiment(stage, stage.page_of("pia"), developer, call)
        _retire(stage, owner, developer, orders, call)


def _publish_a_document(stage: Stage, owner: Page, folder: Path, port: int) -> str:
    file = folder / "orders.yaml"
    file.write_text(_DOCUMENT)
    owner.goto("/console/services/new")
    stage.keep(owner, "new-service")
    owner.get_by_role("link", name="REST API from OpenAPI").click()
    expect(owner.get_by_text("GET /orders").first).to_be_visible()
    owner.locator("input[type=file]").set_input_files(file)
    expect(owner.get_by_text("GET /orders/{id}")).to_be_visible()
    stage.keep(owner, "endpoints")
    owner.get_by_role("button", name="Next").click()
    owner.get_by_label("Upstream URL").fill(f"http://127.0.0.1:{port}")
    owner.get_by_role("button", name="Test connection").click()
    expect(owner.get_by_text("It answers")).to_be_visible()
    owner.get_by_role("button", name="Next").click()
    owner.get_by_label("Description").fill("Place orders, and follow them to the door.")
    owner.get_by_label("Tags").fill("shop, logistics")
    owner.get_by_role("button", name="Next").click()
    expect(owner.get_by_text("2 endpoints")).to_be_visible()
    owner.get_by_role("button", name="Publish").click()
    expect(owner.locator(".pg-snippet")).to_contain_text(f"{stage.ada.passgate.url}/orders/orders")
    stage.keep(owner, "published")
    owner.get_by_role("link", name="Open the service").click()
    expect(owner.get_by_role("heading", name="Orders", level=1)).to_be_visible()
    owner.wait_for_url("**/services/svc_*")  # a moment after the page is there
    orders = owner.url.rpartition("/")[2]
    owner.get_by_role("button", name="Plans").click()
    _plan(owner, "Free", needs_approval=True)
    return orders


def _plan(page: Page, name: str, *, needs_approval: bool) -> None:
    page.get_by_role("button", name="New plan").click()
    dialog = page.locator(".pg-dialog")
    dialog.get_by_label("Name", exact=True).fill(name)
    dialog.get_by_label("Calls").fill("1000")
    if needs_approval:
        dialog.get_by_role("switch", name="Each request waits").click()
    dialog.get_by_role("button", name="Save plan").click()
    expect(page.get_by_role("table", name="Plans")).to_contain_text("1,000 calls a day")


def _subscribe(stage: Stage, developer: Page, owner: Page, orders: str) -> Callable[..., httpx.Response]:
    """Found, read, tried, subscribed, approved; how the developer's token calls from then on."""
    developer.goto("/console/applications")
    developer.get_by_role("button", name="New application").first.click()
    developer.get_by_label("Name").fill("Checkout")
    developer.keyboard.press("Enter")
    expect(developer.locator("h1")).to_have_text("Checkout")
    developer.get_by_role("button", name="New token").first.click()
    developer.get_by_label("Name").fill("laptop")
    developer.get_by_role("button", name="Create token").click()
    token = developer.locator(".pg-secret code").inner_text()
    url = stage.ada.passgate.url

    def call(path: str = "/orders/orders", *, body: object = None, revision: str = "") -> httpx.Response:
        headers = {"authorization": f"Bearer {token}", **({"x-passgate-revision": revision} if revision else {})}
        return httpx.request("POST" if body else "GET", f"{url}{path}", headers=headers, json=body, timeout=30)

    assert until(lambda: call().status_code == 403, what="a refusal for want of a subscription")
    developer.goto("/console/portal")
    developer.get_by_label("Search services").fill("logistics")
    stage.keep(developer, "portal")
    developer.get_by_role("heading", name="Orders").click()
    expect(developer.get_by_role("heading", name="Orders", level=1)).to_be_visible()
    stage.keep(developer, "portal-service")
    assert _tried(developer, token) == "403"
    stage.keep(developer, "portal-reference")
    developer.get_by_role("tab", name="Overview").click()
    developer.get_by_role("button", name="Choose Free").click()
    developer.get_by_label("What for").fill("The new checkout.")
    developer.get_by_role("dialog").get_by_role("button", name="Subscribe").click()
    expect(developer.locator("tbody tr", has_text="Requested")).to_contain_text("Checkout")
    owner.goto("/console/subscriptions")
    owner.get_by_role("button", name="Approve").click()
    expect(owner.get_by_text("Nothing waits for you")).to_be_visible()
    until(lambda: call().status_code == 200, seconds=5, what="the first call that is let through")
    assert call("/orders/orders/17").json()["release"] == "one"
    assert call("/orders/nowhere").status_code == 404
    developer.goto(f"/console/portal/services/{orders}")
    assert _tried(developer, token) == "200"
    return call


def _tried(page: Page, token: str) -> str:
    """The status of a call made in the reference, with the token put in there."""
    page.get_by_role("tab", name="Reference & try it").click()
    docs = page.frame_locator("iframe")
    docs.get_by_role("button", name="Authorize").click()
    docs.locator(".auth-container input").fill(token)
    docs.locator(".auth-container").get_by_role("button", name="Apply credentials").click()
    docs.locator(".auth-container").get_by_role("button", name="Close").click()
    docs.get_by_text("List orders").click()
    docs.get_by_role("button", name="Execute").click()
    status = docs.locator(".live-responses-table .response-col_status").last
    expect(status).to_be_visible()
    return status.inner_text().split()[0]


def _canary(stage: Stage, owner: Page, call: Callable[..., httpx.Response], port: int) -> None:
    """The next release gets 5 %, fails, is mended, gets all, and goes again by one click."""
    owner.goto("/console/services")
    owner.get_by_role("link", name="Orders").click()
    owner.get_by_role("button", name="Versions and revisions").click()
    owner.get_by_role("button", name="New revision").click()
    expect(owner.get_by_role("heading", name="Revision 2 of v1")).to_be_visible()
    owner.wait_for_url("**/revisions/*")
    revision = owner.url.rpartition("/")[2]
    owner.get_by_role("button", name="Edit default").click()
    dialog = owner.locator(".pg-dialog")
    dialog.get_by_label("Port").fill(str(port))
    dialog.get_by_role("button", name="Save upstream").click()
    expect(owner.get_by_role("table", name="Upstreams")).to_contain_text(f":{port}")
    expect(dialog).to_have_count(0)
    owner.get_by_role("button", name="Publish").click()
    dialog.get_by_label("Percent of the calls").fill("5")
    stage.keep(owner, "publish-difference")
    dialog.get_by_role("button", name="Publish").click()
    expect(owner.get_by_text("This revision does not change any more")).to_be_visible()
    until(lambda: call(revision=revision).status_code == 500, what="an answer of the canary")
    assert call(revision=revision).json()["release"] == "two"
    owner.get_by_role("link", name="Orders").click()
    owner.wait_for_url("**/services/*part=versions")
    canary = owner.locator("tbody tr", has_text="Revision 2")
    expect(canary).to_contain_text("5 %")
    _until_shown(owner, "Revision 2", "2 of ")
    stage.keep(owner, "canary", "dark", "light")
    canary.get_by_role("button", name="Publish again").click()
    dialog.get_by_role("button", name="Publish").click()
    expect(canary).to_contain_text("100 %")
    until(lambda: {call().json()["release"] for _ in range(5)} == {"two"}, what="all calls at the new release")
    owner.get_by_role("button", name="Roll back").click()
    dialog.get_by_role("button", name="Roll back").click()
    expect(canary).to_contain_text("Superseded")
    until(lambda: {call().json()["release"] for _ in range(5)} == {"one"}, what="the roll-back")


def _sentiment(stage: Stage, manager: Page, developer: Page, call: Callable[..., httpx.Response]) -> None:
    """A prompt becomes an API with a plan of its own, and another team calls it."""
    manager.goto("/console/services/new-prompt")
    manager.get_by_label("Name", exact=True).fill("Sentiment")
    manager.get_by_label("Base path").fill("/sentiment")
    expect(manager.get_by_label("User", exact=True)).to_have_value("Classify the sentiment of {{text}}")
    manager.get_by_label("Callers get").click()
    manager.get_by_role("option", name="JSON that fits a schema").click()
    manager.get_by_label("JSON Schema").fill(_SCHEMA)
    keep = manager.get_by_role("button", name="Keep as a test")
    for at, text in enumerate(("I love it.", "It came on time.", "A joy to use."), 1):
        manager.get_by_role("textbox", name="text").fill(text)
        manager.get_by_role("button", name="Run").click()
        keep.click()
        expect(manager.locator(".pg-badge", has_text=f"Example {at}")).to_be_visible()
        expect(keep).to_have_count(0)  # else the next round would keep the answer of this one
    manager.get_by_role("switch", name="They must pass").click()
    stage.keep(manager, "prompt")
    manager.get_by_role("button", name="Publish").click()
    expect(manager.get_by_text("Sentiment is published")).to_be_visible()
    manager.goto("/console/services")
    manager.get_by_role("link", name="Sentiment").click()
    manager.get_by_role("button", name="Plans").click()
    _plan(manager, "Trial", needs_approval=False)

    developer.goto("/console/portal")
    developer.get_by_role("heading", name="Sentiment").click()
    expect(developer.get_by_role("heading", name="Trial")).to_be_visible()
    developer.get_by_role("button", name="Choose Trial").click()
    developer.get_by_role("dialog").get_by_role("button", name="Subscribe").click()
    expect(developer.locator("tbody tr", has_text="Sentiment")).to_contain_text("Active")
    asked = {"text": "I love it."}
    answer = until(lambda: _with_status(call("/sentiment", body=asked), 200), what="an answer of the prompt")
    assert answer.json() == _ANSWER


def _retire(stage: Stage, owner: Page, developer: Page, orders: str, call: Callable[..., httpx.Response]) -> None:
    """Version 2 beside version 1, whose end callers see in headers, subscribers in a notice, and both on the day."""
    owner.goto(f"/console/services/{orders}?part=versions")
    owner.get_by_role("button", name="New version").click()
    dialog = owner.locator(".pg-dialog")
    dialog.get_by_label("Name", exact=True).fill("v2")
    dialog.get_by_role("button", name="Create version").click()
    row = owner.get_by_role("table", name="Revisions of v2").locator("tbody tr")
    row.get_by_role("button", name="Publish").click()
    dialog.get_by_role("button", name="Publish").click()
    expect(row).to_contain_text("100 %")
    until(lambda: call("/orders/v2/orders").status_code == 200, what="version 2")
    owner.locator("section", has=owner.get_by_role("table", name="Revisions of v1")).get_by_role(
        "button", name="Deprecate"
    ).click()
    dialog.get_by_label("Sunset").fill("2099-06-30")
    dialog.get_by_label("Successor").click()
    owner.get_by_role("option", name="v2").click()
    dialog.get_by_role("button", name="Deprecate").click()
    expect(owner.get_by_text("Retires itself on 30 Jun 2099")).to_be_visible()
    stage.keep(owner, "versions")
    answer = until(lambda: _with_header(call(), "sunset"), what="the headers of the end")
    assert answer.headers["sunset"].startswith("Tue, 30 Jun 2099")
    assert answer.headers["deprecation"].startswith("@")
    developer.goto("/console/portal/mine")
    expect(developer.get_by_role("table", name="Notices")).to_contain_text("v1")
    stage.keep(developer, "portal-mine")
    (version,) = (one for one in stage.ada.get(f"/services/{orders}/versions") if one["name"] == "v1")
    soon = (datetime.now(UTC) + timedelta(seconds=3)).isoformat()
    body = {"sunset_at": soon, "successor": "v2"}
    stage.ada.post(f"/services/{orders}/versions/{version['id']}/deprecate", body)
    gone = until(lambda: _with_status(call(), 410), seconds=20, what="the end on its day")
    assert "v2" in gone.text
    assert call("/orders/v2/orders").status_code == 200


def _until_shown(page: Page, row: str, text: str) -> None:
    """Look again until the row tells it: what the gate counts arrives a moment after the call."""

    def shown() -> bool:
        page.reload()
        found = page.locator("tbody tr", has_text=row)
        expect(found).to_be_visible()
        return text in found.inner_text()

    until(shown, seconds=30, what=f"{text} in {row}")


def _with_header(answer: httpx.Response, name: str) -> httpx.Response | None:
    return answer if name in answer.headers else None


def _with_status(answer: httpx.Response, status: int) -> httpx.Response | None:
    return answer if answer.status_code == status else None
