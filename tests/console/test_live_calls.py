"""The calls page: new calls appear by themselves, and each opens."""

import random
import time
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from console.control_process import Control
from console.pictures import Pictures, keep_at_both_widths
from console.realistic_data import Known, add_call
from passgate.metering.models import Call

pytestmark = pytest.mark.browser


def _call(control: Control, known: Known, seed: int) -> str:
    with control.storage.writing() as work:
        return add_call(work, known, work.clock.now() + timedelta(seconds=1), random.Random(seed), 0)  # noqa: S311 - an example


def test_a_new_call_appears_within_two_seconds(page: Page, control: Control, known: Known) -> None:
    page.goto("/console/calls")
    expect(page.locator("tbody tr").first).to_be_visible()
    top = page.locator("tbody tr").first.get_attribute("data-id")
    started = time.monotonic()
    request_id = _call(control, known, 1)
    expect(page.locator("tbody tr").first).not_to_have_attribute("data-id", str(top), timeout=2_000)
    assert time.monotonic() - started < 2
    page.locator("tbody tr").first.click()
    panel = page.locator(".pg-drawer")
    for text in (request_id, "10.1.4.9", "genai-prices 0.2.3", "OpenAI/Python 3.54.0", "streamed"):
        expect(panel).to_contain_text(text)
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)


def test_paused_it_stays_as_it_is(page: Page, control: Control, known: Known) -> None:
    page.goto("/console/calls")
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Resume")).to_be_visible()
    top = page.locator("tbody tr").first.get_attribute("data-id")
    _call(control, known, 2)
    page.wait_for_timeout(2_500)  # two looks would fall into this time
    expect(page.locator("tbody tr").first).to_have_attribute("data-id", str(top))
    page.get_by_role("button", name="Resume").click()
    expect(page.locator("tbody tr").first).not_to_have_attribute("data-id", str(top))


def test_filters_and_older_calls(page: Page) -> None:
    page.goto("/console/calls")
    expect(page.locator("tbody tr")).to_have_count(50)
    page.get_by_role("button", name="Load older").click()
    expect(page.locator("tbody tr").nth(60)).to_be_attached()
    page.get_by_label("Search calls").fill("subscription_missing")
    expect(page.locator("tbody tr", has_text="403 subscription_missing").first).to_be_visible()
    expect(page.locator("tbody tr", has_not_text="subscription_missing")).to_have_count(0)
    page.get_by_label("Search calls").fill("nothing has this in it")
    expect(page.get_by_text("Nothing matches")).to_be_visible()


def test_a_kept_answer_says_so(page: Page, pictures: Pictures) -> None:
    page.goto("/console/calls")
    kept = page.locator("tbody tr", has_text="/orders/4711").filter(has=page.get_by_title("The cache answered."))
    expect(kept.first).to_contain_text("200")
    keep_at_both_widths(page, pictures, "kept-calls")
    kept.first.click()
    expect(page.locator(".pg-drawer")).to_contain_text("the cache answered")
    keep_at_both_widths(page, pictures, "kept-call")


def test_a_client_that_left_is_not_told_as_a_refusal(page: Page, control: Control, known: Known) -> None:
    request_id = _call(control, known, 33)
    with control.storage.writing() as work:
        work.session.execute(update(Call).where(Call.request_id == request_id).values(code="client_closed"))
    page.goto("/console/calls")
    page.get_by_label("Search calls").fill(request_id)
    expect(page.locator("tbody tr")).to_have_count(1)
    page.locator("tbody tr", has_text="client_closed").click()
    told = page.locator(".pg-drawer .pg-banner")
    expect(told).to_contain_text("The client left before the end of the answer.")
    expect(told).to_have_attribute("role", "status")
