"""Tokens in the console: issued with limits, looked at, revoked with all of a leaver's."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from console.control_process import Control
from console.realistic_data import Known
from factories import make_user
from passgate.gateway.models import NodeRow
from passgate.identity.schemas import TokenIn, TokenIssuer
from passgate.identity.service.actors import actor_of_user
from passgate.identity.service.tokens import issue_token, list_tokens
from passgate.identity.token_schemas import TokenFilter
from passgate.kernel.actor import SYSTEM
from passgate.kernel.pagination import PageRequest

pytestmark = pytest.mark.browser

ISSUER = TokenIssuer(issuer="http://localhost:8080", audience="passgate")


def test_a_token_for_two_models_with_a_ceiling_is_issued_and_shown(page: Page, control: Control) -> None:
    page.goto("/console/tokens")
    page.get_by_role("button", name="New token").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("two models")
    dialog.get_by_label("For", exact=True).click()
    page.get_by_role("option", name="Yourself, at the gate, in Default").click()
    dialog.get_by_label("Models").click()
    for name in ("gpt-4o-mini", "claude-sonnet-4-5"):
        option = page.get_by_role("option", name=name)
        option.click()
        expect(option).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Tab")
    dialog.get_by_label("Most dollars").fill("20")
    dialog.get_by_label("Most calls a minute").fill("60")
    dialog.get_by_role("button", name="Create token").click()
    expect(page.get_by_text("Copy it now: it is shown this once.")).to_be_visible()
    with control.storage.reading() as work:
        (row,) = list_tokens(SYSTEM, work, PageRequest(), TokenFilter(search="two models")).items
    assert (row.kind, sorted(row.models), row.budget, row.rpm) == (
        "personal",
        ["claude-sonnet-4-5", "gpt-4o-mini"],
        20_000_000,
        60,
    )
    page.goto(f"/console/tokens/{row.jti}")
    for text in ("$20.00 in its life", "60", "claude-sonnet-4-5", "Active"):
        expect(page.locator("#content").get_by_text(text).first).to_be_visible()


def test_tokens_that_end_soon_are_told_of(page: Page, control: Control, known: Known) -> None:
    with control.storage.writing() as work:
        given = TokenIn(name="ends soon", application_id=known.applications["checkout"], lifetime_days=2)
        issue_token(SYSTEM, work, ISSUER, given)
    page.goto("/console/tokens")
    expect(page.get_by_text("within two weeks")).to_be_visible()
    page.get_by_role("combobox", name="Status").click()
    page.get_by_role("option", name="Expiring soon").click()
    expect(page.get_by_text("ends soon")).to_be_visible()
    expect(page.get_by_text("laptop of Ada")).to_have_count(0)


def test_a_leavers_tokens_fall_with_one_click(page: Page, control: Control, known: Known) -> None:
    with control.storage.writing() as work:
        leaver = make_user(work, "leaver@example.com", is_admin=True)
        maker = actor_of_user(work, leaver)
        issue_token(maker, work, ISSUER, TokenIn(kind="personal", name="own laptop"))
        given = TokenIn(name="made by the leaver", application_id=known.applications["checkout"])
        issue_token(maker, work, ISSUER, given)
        work.session.merge(
            NodeRow(
                name="node-1",
                started_at=work.clock.now(),
                last_seen_at=work.clock.now() + timedelta(hours=1),
                snapshot_version=42,
                revocation_seq=10**6,
            )
        )
    page.goto(f"/console/users/{leaver.id}/tokens")
    expect(page.get_by_text("own laptop")).to_be_visible()
    expect(page.get_by_text("Issued by them")).to_be_visible()
    page.get_by_role("button", name="Revoke all of them").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke all tokens").click()
    expect(page.get_by_text("2 tokens revoked.")).to_be_visible()
    expect(page.get_by_text("No live tokens")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_in_light_and_dark(page: Page, known: Known, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of the two
    page.goto(f"/console/tokens/{known.token}")
    expect(page.locator("html")).to_have_attribute("data-theme", scheme)
    expect(page.get_by_text("What it may do")).to_be_visible()
