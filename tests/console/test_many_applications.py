"""Of more applications than a choice offers at once, any is found by its name, and called by it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from console.chromium import Watch
from console.conftest import sign_in
from console.control_process import Control, running_control
from console.realistic_data import Known, fill
from databases import SqliteDatabases
from passgate.identity.models import Application
from passgate.kernel.actor import SYSTEM
from passgate.kernel.pagination import MAX_PAGE
from passgate.metering.models import MaskingFind
from passgate.publishing.subscriptions.service.subscribing import subscribe
from passgate.storage.work import Work

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def many(sqlite_databases: SqliteDatabases) -> Iterator[tuple[Control, Known]]:
    """A Passgate whose applications of old are followed by more than a page of newer ones."""
    with running_control(sqlite_databases) as control:
        known = fill(control.storage)
        with control.storage.writing() as work:
            _add(work, known)
        yield control, known


@pytest.fixture(scope="module")
def signed_in(browser: Browser, many: tuple[Control, Known]) -> Iterator[Page]:
    control, _ = many
    watch = Watch(control.host)
    with browser.new_context(viewport={"width": 1280, "height": 820}, base_url=control.url) as context:
        page = context.new_page()
        watch.over(page)
        sign_in(page, control)
        yield page
    assert watch.troubles == []


def _add(work: Work, known: Known) -> None:
    of_old = work.session.get_one(Application, known.applications["checkout"])
    for number in range(MAX_PAGE + 1):
        newer = Application(
            id=work.ids.new("app"),
            team_id=of_old.team_id,
            name=f"batch {number:03}",
            description="",
            is_active=True,
            created_at=work.clock.now(),
            created_by=of_old.created_by,
        )
        work.session.add(newer)
        work.session.flush()
        subscribe(SYSTEM, work, known.services["Orders"], newer.id)
    find = MaskingFind(
        request_id="r", started_at=work.clock.now(), team_id=of_old.team_id, application_id=of_old.id,
        model="gpt-4o", rule="mail", action="mask", place="request", finds=2,
    )  # fmt: skip
    work.session.add(find)


def _choose(page: Page, label: str, typed: str, option: str) -> None:
    field = page.get_by_label(label, exact=True)
    field.click()
    field.fill(typed)
    page.get_by_role("option", name=option, exact=True).click()


def test_a_list_is_narrowed_to_any_application(signed_in: Page) -> None:
    for path in ("calls", "tokens", "policies/masking"):
        signed_in.goto(f"/console/{path}")
        _choose(signed_in, "Application", "check", "checkout")
        rows = signed_in.locator("tbody tr")
        expect(rows.first).to_contain_text("checkout")
        signed_in.get_by_label("Application", exact=True).click()
        expect(signed_in.get_by_role("option", name="batch").first).to_be_visible()  # what is chosen narrows no offer
        expect(rows.filter(has_not_text="checkout")).to_have_count(0)
        _choose(signed_in, "Application", "batch 000", "batch 000")
        expect(signed_in.get_by_text("Nothing matches")).to_be_visible()
        _choose(signed_in, "Application", "every", "Every application")
        expect(rows.first).to_be_visible()


def test_a_lifetime_is_set_for_any_application(signed_in: Page) -> None:
    signed_in.goto("/console/tokens/lifetimes")
    _choose(signed_in, "Of", "application check", "Application checkout")
    row = signed_in.locator("tbody tr", has_text="Service")
    row.get_by_role("button", name="Change").click()
    expect(signed_in.locator(".pg-dialog")).to_contain_text("Application checkout")
    signed_in.get_by_label("At most").fill("30 days")
    signed_in.get_by_role("button", name="Save").click()
    expect(row).to_contain_text("30 days")


def test_an_issuer_s_claims_name_any_application(signed_in: Page, many: tuple[Control, Known]) -> None:
    signed_in.goto(f"/console/issuers/trusted/{many[1].issuer}")
    expect(signed_in.get_by_role("table", name="Applications by claim")).to_contain_text("checkout")
    signed_in.get_by_role("button", name="Edit").click()
    values = signed_in.get_by_label("Values and applications")
    expect(values).to_have_value("shop-backend = checkout")
    values.fill("shop-backend = nobody")
    signed_in.get_by_role("button", name="Save").click()
    expect(signed_in.get_by_text("There is no application nobody.")).to_be_visible()
    values.fill("shop-backend = analytics")
    signed_in.get_by_role("button", name="Save").click()
    expect(signed_in.get_by_role("table", name="Applications by claim")).to_contain_text("analytics")


def test_a_service_shows_subscribers_page_by_page(signed_in: Page, many: tuple[Control, Known]) -> None:
    signed_in.goto(f"/console/services/{many[1].services['Orders']}?part=subscriptions")
    rows = signed_in.get_by_role("table", name="Subscriptions").locator("tbody tr")
    expect(rows).to_have_count(50)
    signed_in.get_by_role("button", name="Load more").click()
    expect(rows).to_have_count(100)
