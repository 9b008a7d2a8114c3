"""What a call was charged, and a correction of prices, as an administrator makes it."""

import random
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from console.control_process import Control
from console.pictures import Pictures
from console.realistic_data import Known, add_call
from passgate.metering.models import Usage

pytestmark = pytest.mark.browser


def test_an_entry_is_read_and_corrected(page: Page, pictures: Pictures) -> None:
    page.goto("/console/ledger")
    page.get_by_role("button", name="Correct prices").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Model").fill("gpt-4o-mini")
    page.get_by_role("option", name="gpt-4o-mini").click()
    dialog.get_by_label("From", exact=True).fill("2026-01-01")
    dialog.get_by_label("Reason", exact=True).fill("Contract of January")
    dialog.get_by_label("Input").first.fill("100")
    dialog.get_by_label("Output", exact=False).first.fill("200")
    dialog.get_by_role("button", name="What would it change?").click()
    expect(dialog.get_by_text("instead of")).to_be_visible()
    pictures.keep(page, "correcting")
    dialog.get_by_role("button", name="Charge anew").click()
    expect(page.locator("tbody tr", has_text="Contract of January")).to_contain_text("input=100;output=200")
    pictures.keep(page, "corrections")
    page.goto("/console/calls")
    page.locator("tbody tr", has_text="gpt-4o-mini").filter(has_text="$").first.click()
    call = page.get_by_role("dialog")
    expect(call.get_by_text("Contract of January")).to_be_visible()
    expect(call.get_by_text("The first entry (no longer holds)")).to_be_visible()
    expect(call.get_by_text("$100.00 / M").first).to_be_visible()
    pictures.keep(page, "ledger")


def test_a_call_that_was_estimated_says_so(page: Page, control: Control, known: Known, pictures: Pictures) -> None:
    with control.storage.writing() as work:
        at = work.clock.now() + timedelta(seconds=1)
        request_id = add_call(work, known, at, random.Random(4), 0)  # noqa: S311 - an example
        work.session.flush()
        work.session.get_one(Usage, request_id).usage_source = "estimate"
    page.goto("/console/calls")
    page.locator("tbody tr").first.click()
    panel = page.locator(".pg-drawer")
    expect(panel.get_by_text(request_id)).to_be_visible()
    expect(
        panel.get_by_text("Estimated: the vendor never counted, or the stream was broken off before it had.")
    ).to_be_visible()
    expect(panel.get_by_text("an estimate", exact=True)).to_be_visible()
    expect(panel.get_by_text("Tokens out").last).to_be_visible()
    pictures.keep(page, "estimate")
