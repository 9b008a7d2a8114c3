"""Logging what an application's calls say, and reading it on a call's page."""

import random
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from console.control_process import Control
from console.pictures import Pictures
from console.realistic_data import Known, add_call
from passgate.metering.bodies.models import CallBody

pytestmark = pytest.mark.browser


def test_logging_is_switched_on_and_off(page: Page, pictures: Pictures) -> None:
    page.goto("/console/applications")
    page.get_by_text("checkout").first.click()
    expect(page.get_by_text("What its AI calls say is not logged.")).to_be_visible()
    page.get_by_role("button", name="Log bodies").click()
    dialog = page.get_by_role("dialog").last
    expect(dialog.get_by_text("body:read")).to_be_visible()
    pictures.keep(page, "bodies-dialog")
    dialog.get_by_role("button", name="Log bodies").click()
    expect(page.get_by_text("are kept for 7 days")).to_be_visible()
    pictures.keep(page, "bodies-on")
    page.get_by_role("button", name="Switch off").click()
    page.get_by_role("dialog").last.get_by_role("button", name="Switch off").click()
    expect(page.get_by_text("What its AI calls say is not logged.")).to_be_visible()


def test_what_a_call_said_is_shown_on_demand(page: Page, control: Control, known: Known, pictures: Pictures) -> None:
    with control.storage.writing() as work:
        chance = random.Random(4)  # noqa: S311 - an example
        request_id = add_call(work, known, work.clock.now() + timedelta(seconds=1), chance, 0)
        work.session.add(
            CallBody(
                request_id=request_id,
                started_at=work.clock.now(),
                application_id="app",
                team_id="team",
                sealed_request=work.vault.seal(
                    '{"model":"gpt-5-mini","messages":[{"role":"user","content":"Where?"}]}'
                ),
                sealed_reply=work.vault.seal('data: {"choices":[{"delta":{"content":"There."}}]}\n\ndata: [DONE]\n\n'),
                request_bytes=100_000,
                reply_bytes=61,
            )
        )
    page.goto("/console/calls")
    page.locator("tbody tr").first.click()
    panel = page.locator(".pg-drawer")
    expect(panel).to_contain_text(request_id)
    expect(panel.get_by_text("That you look is written into the audit log.")).to_be_visible()
    expect(panel.get_by_text("Where?")).to_have_count(0)
    panel.get_by_role("button", name="Show what was said").click()
    expect(panel.get_by_text("Where?")).to_be_visible()
    expect(panel.get_by_text("Request, 100kB, the beginning")).to_be_visible()
    panel.get_by_text("There.").scroll_into_view_if_needed()
    pictures.keep(page, "bodies-call")
