"""Alerts and webhooks, as an administrator meets them."""

import re

import pytest
from playwright.sync_api import Page, expect

from console.control_process import Control
from console.pictures import Pictures
from passgate.metering.alerts.watching import Rejection, Watch, look_around

pytestmark = pytest.mark.browser


def test_an_alert_is_seen_and_acknowledged_and_a_webhook_tried(
    page: Page, control: Control, pictures: Pictures
) -> None:
    look_around(control.storage, Watch(error_percent=0), [Rejection("node-2", 42, "Duplicate entry of domain")])
    page.goto("/console/")
    bell = page.get_by_role("link", name="Alerts,")
    expect(bell).to_contain_text(re.compile("[1-9]"))
    bell.click()
    row = page.locator("tbody tr", has_text="node-2 rejected snapshot 42")
    expect(row).to_contain_text("Critical")
    page.get_by_role("button", name="New webhook").click()
    expect(page.get_by_label("Name")).to_be_focused()
    page.get_by_label("Name").fill("On call")
    page.get_by_label("Address").fill("https://hooks.example.com/passgate")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_label("Secret", exact=True)).to_contain_text("whsec_")
    page.get_by_role("button", name="Done").click()
    hook = page.locator("tbody tr", has_text="hooks.example.com")
    pictures.keep(page, "alerts")
    hook.click()
    drawer = page.get_by_role("dialog")
    drawer.get_by_role("button", name="Send a test").click()
    expect(drawer.get_by_text("Waiting")).to_be_visible()
    pictures.keep(page, "webhook")
    drawer.get_by_role("button", name="Delete").click()
    asked = page.get_by_role("dialog").filter(has_text="Delete the webhook")
    asked.get_by_role("button", name="Delete", exact=True).click()
    expect(hook).to_have_count(0)
    row.click()
    page.get_by_role("dialog").get_by_role("button", name="Acknowledge").click()
    expect(row).to_contain_text("Acknowledged")
