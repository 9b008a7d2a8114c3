"""A product manager makes a prompt API: from the library, tried, kept as a test, published, with the call to copy."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from console.control_process import Control
from console.pictures import Pictures
from passgate.catalog.service.model_names import chat_models
from passgate.contracts.prompt import PromptDefinition
from passgate.identity.service.teams import list_teams
from passgate.kernel.actor import SYSTEM
from passgate.kernel.pagination import PageRequest
from passgate.publishing.published_state import published_prompts
from passgate.publishing.schemas import ServiceIn
from passgate.publishing.service.services import create_service

pytestmark = pytest.mark.browser


def test_a_prompt_api_in_under_a_minute(page: Page, control: Control) -> None:
    page.goto("/console/services")
    page.get_by_role("link", name="New service").click()
    page.get_by_role("link", name="Prompt as an API").click()
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


_PROMPT: dict[str, Any] = {
    "system": "You judge texts.",
    "user": "Classify the sentiment of {{text}}",
    "variables": [{"name": "text", "max_length": 500}],
    "models": [{"name": "gpt-4o-mini", "parameters": {"temperature": 0, "seed": 7}}],
    "examples": [{"user": "Good.", "assistant": "positive"}],
    "output_schema": {"type": "object", "properties": {"sentiment": {"type": "string"}}},
    "tests": [{"name": "Praise", "input": {"text": "Good."}, "expect": "subset", "value": {"sentiment": "positive"}}],
    "tests_required": True,
}


def test_a_second_revision_is_tested_compared_published_and_rolled_back(
    page: Page, control: Control, pictures: Pictures
) -> None:
    with control.storage.writing() as work:
        team = next(team for team in list_teams(SYSTEM, work, PageRequest()).items if chat_models(work, team.id))
        model = chat_models(work, team.id)[0]
        prompt = {**_PROMPT, "models": [{**_PROMPT["models"][0], "name": model}], "tests_required": False}
        given = {"team_id": team.id, "name": "Judge", "kind": "prompt", "base_path": "/judge", "publish": True}
        made = create_service(SYSTEM, work, ServiceIn.model_validate({**given, "definition": {"prompt": prompt}}))
    page.goto(f"/console/services/{made.id}?part=versions")
    page.get_by_role("button", name="New revision").click()
    expect(page.get_by_role("heading", name="Revision 2 of v1")).to_be_visible()
    page.get_by_label("User", exact=True).fill("Classify the mood of {{text}} for {{audience}}")
    page.get_by_role("switch", name="They must pass").click()
    page.get_by_role("button", name="Edit Praise").click()
    dialog = page.locator(".pg-dialog")
    dialog.get_by_label("Input").fill('{"text": "Good.", "audience": "us"}')
    dialog.get_by_label("This").fill('{"sentiment": "negative"}')
    dialog.get_by_role("button", name="Keep").click()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("1 test failed, and all must pass")).to_be_visible()
    expect(page.locator(".pg-test")).to_contain_text("it is 'positive', not 'negative'")
    expect(page.locator(".pg-difference del")).to_have_text("Classify the sentiment of {{text}}")
    expect(page.locator(".pg-difference ins")).to_have_text("Classify the mood of {{text}} for {{audience}}")
    pictures.keep(page, "prompt-draft", full_page=True)
    page.get_by_role("button", name="Edit Praise").click()
    dialog.get_by_label("This").fill('{"sentiment": "positive"}')
    dialog.get_by_role("button", name="Keep").click()
    page.get_by_role("button", name="Run all").click()
    expect(page.locator(".pg-badge", has_text="Passed")).to_be_visible()
    page.get_by_role("button", name="Publish").click()
    expect(dialog).to_contain_text("The variable 'audience' (text) is new and required.")
    expect(dialog.get_by_text("Breaking")).to_be_visible()
    pictures.keep(page, "prompt-publish", full_page=True)
    dialog.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("This revision does not change any more")).to_be_visible()
    pictures.keep(page, "prompt-published", full_page=True)
    now = _live(control, made.id)
    assert now.user == "Classify the mood of {{text}} for {{audience}}"
    assert (now.examples[0].user, now.models[0].parameters) == ("Good.", {"temperature": 0, "seed": 7})
    assert now.variables[0].max_length == 500, "what has no field of its own stays"
    page.goto(f"/console/services/{made.id}?part=versions")
    page.get_by_role("button", name="Roll back").click()
    dialog.get_by_role("button", name="Roll back").click()
    expect(page.get_by_text("v1 is rolled back.")).to_be_visible()
    assert _live(control, made.id).user == "Classify the sentiment of {{text}}"


def _live(control: Control, service_id: str) -> PromptDefinition:
    with control.storage.reading() as work:
        return next(one.definition for one in published_prompts(work) if one.service_id == service_id)
