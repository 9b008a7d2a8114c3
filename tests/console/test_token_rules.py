"""Templates, lifetimes, registration tokens and consents, as people use them in a browser."""

import pytest
from playwright.sync_api import Page, expect

from console.control_process import Control
from console.realistic_data import EMAIL, Known
from oauth_clients import code_of, make_client, redeem
from passgate.console.duration import duration, read_duration
from passgate.identity.models import BrowserSession, User
from passgate.kernel.errors import InvalidInputError

pytestmark = pytest.mark.browser


def test_a_template_is_made_used_and_deleted(page: Page) -> None:
    page.goto("/console/tokens/templates")
    page.get_by_role("button", name="New template").first.click()
    page.get_by_label("Name").fill("night export")
    page.get_by_label("For", exact=True).fill("https://export.example")
    page.get_by_label("Fixed claims").fill("gold")
    page.get_by_role("button", name="Create template").click()
    expect(page.get_by_text("Write a JSON object")).to_be_visible()
    page.get_by_label("Fixed claims").fill('{"tier": "gold"}')
    page.get_by_label("Claims from the subject").fill("mail = subject.email")
    page.get_by_label("Lives").fill("12 hours")
    page.get_by_role("button", name="Create template").click()
    row = page.locator("tbody tr", has_text="night export")
    expect(row).to_contain_text("12 hours")
    expect(row).to_contain_text("tier, mail")
    row.get_by_role("button", name="Issue").click()
    page.get_by_label("Name").fill("tonight's")
    page.get_by_role("button", name="Create token").click()
    expect(page.get_by_label("Token", exact=True)).to_contain_text("eyJ")
    page.get_by_role("button", name="I have copied it").click()
    row.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Delete template").click()
    expect(row).to_have_count(0)


def test_a_lifetime_is_set_for_a_team_and_taken_away(page: Page) -> None:
    page.goto("/console/tokens/lifetimes")
    page.get_by_label("Of", exact=True).click()
    page.get_by_role("option", name="Team Payments").click()
    row = page.locator("tbody tr", has_text="Personal")
    expect(row).to_contain_text("as the wider rule has it")
    row.get_by_role("button", name="Change").click()
    page.get_by_label("At most").fill("soon")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Write a number and a unit")).to_be_visible()
    page.get_by_label("At most").fill("30 days")
    expect(page.get_by_label("At most")).to_have_value("30 days")
    page.get_by_role("button", name="Save").click()
    expect(row).to_contain_text("30 days")
    row.get_by_role("button", name="Remove").click()
    expect(row).not_to_contain_text("30 days")


def test_a_registration_token_is_made_and_ended(page: Page) -> None:
    page.goto("/console/applications")
    page.get_by_role("link", name="Registration").click()
    page.get_by_role("button", name="New registration token").first.click()
    page.get_by_label("Name").fill("a week's guests")
    page.get_by_role("button", name="Create token").click()
    expect(page.get_by_label("Registration token", exact=True)).to_contain_text("pgi_")
    page.get_by_role("button", name="I have copied it").click()
    row = page.locator("tbody tr", has_text="a week's guests")
    row.get_by_role("button", name="End").click()
    page.get_by_role("button", name="End it").click()
    expect(row).to_contain_text("Ended")


def test_a_consent_is_seen_and_withdrawn(page: Page, control: Control, known: Known) -> None:
    assert known.team
    with control.storage.writing() as work:
        client = make_client(work, name="Travel desk")
        ada = work.session.query(User).filter_by(email=EMAIL).one()
        session = work.session.query(BrowserSession).filter_by(user_id=ada.id, ended_at=None).first()
    assert redeem(control.storage, client, code_of(control.storage, client, session)).status == 200
    page.goto("/console/sessions")
    row = page.locator("tbody tr", has_text="Travel desk")
    expect(row).to_contain_text("Signed in")
    row.get_by_role("button", name="Withdraw").click()
    page.get_by_role("dialog").get_by_role("button", name="Withdraw").click()
    expect(row).to_have_count(0)


def test_durations_are_read_and_said() -> None:
    for text, seconds in (("15 minutes", 900), ("12h", 43_200), ("30 Days", 2_592_000), ("1 hour", 3600), ("45 s", 45)):
        assert read_duration(text, "x") == seconds
        assert read_duration(duration(seconds), "x") == seconds
    assert duration(90) == "90 seconds"
    with pytest.raises(InvalidInputError):
        read_duration("a while", "x")
