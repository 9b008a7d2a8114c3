"""A product manager makes a prompt API: from the library, tried, kept as a test, published, with the call to copy."""

import pytest
from playwright.sync_api import Page, expect

from console.control_process import Control
from passgate.publishing.published_state import published_prompts

pytestmark = pytest.mark.browser


def test_a_prompt_api_in_under_a_minute(page: Page, control: Control) -> None:
    page.goto("/console/services")
    page.get_by_role("link", name="New prompt API").click()
    page.get_by_label("Start from").click()
    page.get_by_role("option", name="Sentiment:").click()
    expect(page.get_by_label("Base path")).to_have_value("/sentiment")
    page.get_by_label("User", exact=True).fill("Classify the sentiment of {{text}} for {{audience}}")
    expect(page.locator(".pg-badge", has_text="audience")).to_be_visible()
    page.get_by_role("textbox", name="audience").fill("us")
    page.get_by_role("button", name="Run").click()
    expect(page.locator(".pg-snippet", has_text="0.93")).to_be_visible()
    expect(page.get_by_text("86 in, 14 out")).to_be_visible()

    page.get_by_label("User", exact=True).fill("Classify the sentiment of {{text}}")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Sentiment is published")).to_be_visible()
    expect(page.locator(".pg-snippet", has_text="curl")).to_contain_text("/sentiment")
    with control.storage.reading() as work:
        found = [prompt.definition.user for prompt in published_prompts(work)]
    assert "Classify the sentiment of {{text}}" in found
