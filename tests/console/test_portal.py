"""From the portal to the first call: a guest, a developer of another team, the service's owner."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from console.chromium import Watch
from console.control_process import Control, running_control
from console.pictures import Pictures
from databases import SqliteDatabases
from factories import PASSWORD, make_application, make_team, make_user
from passgate.identity.models import Team
from passgate.kernel.actor import SYSTEM
from passgate.kernel.pagination import MAX_PAGE
from passgate.kernel.permissions import Role
from passgate.publishing.openapi.schemas import DocumentIn
from passgate.publishing.openapi.service import intake_of, keep_document
from passgate.publishing.plans.schemas import PlanIn
from passgate.publishing.plans.service import create_plan
from passgate.publishing.schemas import ServiceIn
from passgate.publishing.service.services import create_service

pytestmark = pytest.mark.browser

_DOCUMENT = """
openapi: 3.0.3
info: {title: Orders, version: "1"}
paths:
  /orders:
    get:
      summary: List orders
      responses: {"200": {description: The orders}}
    post:
      summary: Place an order
      requestBody:
        content:
          application/json:
            schema:
              type: object
              properties: {item: {type: string, example: "A-17"}, count: {type: integer}}
      responses: {"201": {description: The order}}
"""

_FREE = [{"calls": 60, "window": "minute"}, {"calls": 120_000_000, "window": "month"}]


@dataclass(frozen=True)
class Street:
    """Two teams, and what one of them offers."""

    control: Control
    orders: str
    weather: str
    watch: Watch
    open: Callable[[str | None], Page]
    """A page of that user; None: a guest."""
    keep: Callable[[Page, str], None]
    """Keep a picture, where they were asked for."""


@pytest.fixture
def street(browser: Browser, sqlite_databases: SqliteDatabases, pictures: Pictures) -> Iterator[Street]:
    with running_control(sqlite_databases) as control:
        orders, weather = _fill(control)
        watch = Watch(control.host)
        contexts = []

        def open_page(name: str | None) -> Page:
            context = browser.new_context(viewport={"width": 1280, "height": 860}, base_url=control.url)
            context.set_default_timeout(30_000)
            contexts.append(context)
            page = context.new_page()
            watch.over(page)
            if name is not None:
                page.goto("/console/sign-in")
                page.get_by_label("E-mail").fill(f"{name}@example.com")
                page.get_by_label("Password").fill(PASSWORD)
                page.get_by_role("button", name="Sign in").click()
                page.wait_for_url("**/console/")
            return page

        yield Street(control, orders, weather, watch, open_page, pictures.keep)
        for context in contexts:
            context.close()
        assert watch.troubles == []


def _fill(control: Control) -> tuple[str, str]:
    with control.storage.writing() as work:
        red, blue = make_team(work, "Logistics"), make_team(work, "Web shop")
        make_user(work, "admin@example.com", is_admin=True)
        make_user(work, "owner@example.com", roles={red.id: Role.OWNER})
        make_user(work, "viewer@example.com", roles={red.id: Role.VIEWER})
        make_user(work, "dev@example.com", roles={blue.id: Role.DEVELOPER})
        make_application(work, blue, "Checkout")
        intake = intake_of(DocumentIn(team_id=red.id, text=_DOCUMENT), None)
        digest = keep_document(SYSTEM, work, red.id, intake).digest
        base = {"team_id": red.id, "publish": True}
        pools = [{"name": "main", "endpoints": [{"host": "localhost", "port": 9000}]}]
        orders = create_service(
            SYSTEM,
            work,
            ServiceIn.model_validate(
                {
                    **base,
                    "name": "Orders",
                    "base_path": "/orders",
                    "description": "Place orders, and follow them to the door.",
                    "tags": ["shop", "logistics"],
                    "documentation": "## Before you start\n\nAsk for the **Partner** plan.\n\n"
                    "<script>window.bad = 1</script><svg onload='window.bad = 1'></svg>",
                    "definition": {"pools": pools, "document": digest},
                }
            ),
        )
        weather = create_service(
            SYSTEM,
            work,
            ServiceIn.model_validate(
                {
                    **base,
                    "name": "Weather",
                    "base_path": "/weather",
                    "description": "Tomorrow's weather for every postal code.",
                    "visibility": "public",
                    "access": "public",
                    "upstream_url": "http://localhost:9001",
                }
            ),
        )
        for plan in (
            {"name": "Free", "rates": _FREE, "is_default": True},
            {"name": "Partner", "rates": [{"calls": 5000, "window": "minute"}], "needs_approval": True, "position": 1},
        ):
            create_plan(SYSTEM, work, PlanIn.model_validate({**plan, "team_id": red.id, "service_ids": [orders.id]}))
    return orders.id, weather.id


def _narrow(developer: Page) -> None:
    """Down to the one service, whose tile stays as it is all the while."""
    tile = developer.get_by_role("link", name="Orders").element_handle()
    developer.get_by_role("combobox", name="Tag").click()
    developer.get_by_role("option", name="logistics").click()
    expect(developer.get_by_role("heading", name="Weather")).to_have_count(0)
    assert tile.evaluate("tile => tile.isConnected"), "a tile that stays is not made anew, or a click on it is lost"
    developer.get_by_label("Search services").fill("nothing of this name")
    expect(developer.get_by_text("Nothing matches")).to_be_visible()
    developer.get_by_label("Search services").fill("orders")
    expect(developer.locator(".pg-tile")).to_have_count(1)
    expect(developer.get_by_text("Nothing matches")).to_be_hidden()


def test_a_guest_sees_public_services_alone(street: Street) -> None:
    guest = street.open(None)
    guest.goto("/console/portal")
    expect(guest.get_by_role("heading", name="Weather")).to_be_visible()
    expect(guest.get_by_text("Orders")).to_have_count(0)
    street.keep(guest, "portal-guest")
    guest.get_by_role("heading", name="Weather").click()
    expect(guest.get_by_role("heading", name="Weather", level=1)).to_be_visible()
    guest.goto(f"/console/portal/services/{street.orders}")
    expect(guest.get_by_text("No such service.")).to_be_visible()
    guest.goto("/console/services")
    expect(guest).to_have_url(f"{street.control.url}/console/sign-in?next=%2Fconsole%2Fservices")


def test_an_application_is_found_among_hundreds(street: Street) -> None:
    with street.control.storage.writing() as work:
        team = work.session.scalars(select(Team).where(Team.name == "Web shop")).one()
        for number in range(MAX_PAGE):
            make_application(work, team, f"Batch {number}")
    developer = street.open("dev")
    developer.goto(f"/console/portal/services/{street.orders}")
    developer.get_by_role("button", name="Choose Free").click()
    expect(developer.get_by_label("Name of the new application")).to_be_hidden()
    chosen = developer.get_by_role("combobox", name="Application")
    expect(developer.locator(".pg-searched")).to_contain_text("Batch ")
    chosen.click()
    chosen.fill("")
    chosen.press_sequentially("checko", delay=20)
    developer.get_by_role("option", name="Checkout").click()
    street.keep(developer, "subscribe")
    developer.get_by_role("dialog").get_by_role("button", name="Subscribe").click()
    expect(developer.locator("tbody tr", has_text="Active")).to_contain_text("Checkout")
    developer.goto(f"/console/portal/services/{street.orders}")
    developer.get_by_role("button", name="Choose Free").click()
    chosen.click()
    chosen.fill("")
    chosen.press_sequentially("a new app", delay=20)
    developer.get_by_role("option", name="A new application of Web shop").click()
    developer.get_by_label("Name of the new application").fill("Kiosk")
    developer.get_by_role("dialog").get_by_role("button", name="Subscribe").click()
    expect(developer.locator("tbody tr", has_text="Kiosk")).to_contain_text("Active")
    row = developer.locator("tbody tr", has_text="Kiosk")
    end = row.get_by_role("button", name="End the subscription to Orders", exact=True)
    for width in (1360, 960, 390):
        developer.set_viewport_size({"width": width, "height": 860})
        end.scroll_into_view_if_needed()  # down, which the page does; the table stays as far to the left as it was
        expect(end).to_be_in_viewport(ratio=1)  # however wide the table is
        assert row.evaluate("row => row.closest('.pg-table-wrap').scrollLeft") == 0
        if width == 1360:
            quota = row.get_by_text("120,000,000 calls a month").bounding_box()
            first = row.get_by_role("button", name="Plan").bounding_box()
            assert quota is not None
            assert first is not None
            assert quota["x"] + quota["width"] <= first["x"], "the actions lie over the quota's words"


def test_a_developer_asks_and_the_owner_agrees(street: Street) -> None:
    developer = street.open("dev")
    developer.goto("/console/portal")
    street.keep(developer, "portal")
    expect(developer.get_by_role("heading", name="Weather")).to_be_visible()
    _narrow(developer)
    street.keep(developer, "portal-narrowed")
    developer.get_by_role("heading", name="Orders").click()
    expect(developer.get_by_role("heading", name="Before you start")).to_be_visible()
    assert developer.evaluate("window.bad") is None
    street.keep(developer, "portal-service")
    developer.get_by_role("tab", name="Code samples").click()
    developer.get_by_text("Place an order").click()
    expect(developer.get_by_text(f"{street.control.url}/orders/orders").last).to_be_visible()
    street.keep(developer, "portal-samples")
    developer.get_by_role("tab", name="Reference & try it").click()
    expect(developer.frame_locator("iframe").get_by_text("Place an order")).to_be_visible()
    street.keep(developer, "portal-reference")
    developer.get_by_role("tab", name="Overview").click()
    developer.get_by_role("button", name="Choose Partner").click()
    developer.get_by_label("What for").fill("The new checkout.")
    developer.get_by_role("dialog").get_by_role("button", name="Subscribe").click()
    expect(developer.locator("tbody tr", has_text="Requested")).to_contain_text("Checkout")
    owner = street.open("owner")
    owner.goto("/console/subscriptions")
    waiting = owner.locator("tbody tr", has_text="Requested")
    expect(waiting).to_contain_text("Web shop · The new checkout.")
    expect(owner.get_by_text("Checkout (Web shop) asks for Orders")).to_be_visible()
    street.keep(owner, "subscriptions")
    viewer = street.open("viewer")
    viewer.goto("/console/subscriptions")
    expect(viewer.locator("tbody tr", has_text="Requested")).to_be_visible()
    for offered in ("Approve", "Done"):
        expect(viewer.get_by_role("button", name=offered)).to_have_count(0)
    waiting.get_by_role("button", name="Approve").click()
    expect(owner.get_by_text("Nothing waits for you")).to_be_visible()
    expect(owner.get_by_text("asks for Orders")).to_have_count(0)
    developer.reload()
    expect(developer.locator("tbody tr", has_text="Active")).to_contain_text("Partner")
    expect(developer.get_by_text("Checkout may call Orders now.")).to_be_visible()
    expect(developer.get_by_role("link", name="Notices, 1 new")).to_be_visible()
    street.keep(developer, "portal-mine")
    owner.goto("/console/subscriptions?view=active")
    owner.get_by_role("button", name="Suspend Checkout at Orders").click()
    owner.get_by_role("dialog").get_by_role("button", name="Suspend").click()
    expect(owner.get_by_text("say why")).to_be_visible()
    owner.get_by_label("Reason").fill("An audit.")
    owner.get_by_role("dialog").get_by_role("button", name="Suspend").click()
    expect(owner.get_by_text("None here")).to_be_visible()
    developer.reload()
    expect(developer.get_by_text("By its service's team: An audit.")).to_be_visible()
