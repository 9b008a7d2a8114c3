"""A developer compares models in the playground: streamed, refused, stopped; with cost, and as code."""

import random
import re
from base64 import b64decode
from uuid import NAMESPACE_URL, uuid5

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from console.control_process import Control
from console.realistic_data import Known, add_call
from passgate.metering.models import Call, Usage

pytestmark = pytest.mark.browser


def _log_the_call(control: Control, known: Known, request_id: str) -> None:
    with control.storage.writing() as work:
        made = add_call(work, known, work.clock.now(), random.Random(3), number=0)  # noqa: S311 - an example
        work.session.flush()
        for table in (Call, Usage):
            work.session.execute(update(table).where(table.request_id == made).values(request_id=request_id))
        change = {"tokens_in": 21, "tokens_out": 9, "cost": 1234}
        work.session.execute(update(Usage).where(Usage.request_id == request_id).values(change))


def _choose(page: Page, *models: str) -> None:
    field = page.get_by_label("Models", exact=True)
    for model in models:
        field.click()
        field.fill(model)
        page.get_by_role("option", name=model, exact=True).click()
    page.keyboard.press("Escape")


def _type_tools(page: Page, text: str) -> None:
    """Open the tools' part and fill it in; what is below has moved down when this is done.

    The part begins to slide open 100 ms after it is shown, and a button that moves between mouse down and mouse up is
    not pressed.
    """
    page.get_by_text("Tools", exact=True).click()
    page.get_by_label("Tools as JSON").fill(text)
    expect(page.locator(".pg-more .q-expansion-item__content")).not_to_have_attribute("style", re.compile("height"))


def test_three_models_side_by_side(page: Page, control: Control, known: Known) -> None:
    _log_the_call(control, known, str(uuid5(NAMESPACE_URL, "gpt-4o-mini")))
    page.goto("/console/playground?model=gpt-4o-mini")
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_text("Write something to ask.")).to_be_visible()
    page.get_by_label("User", exact=True).fill("What's a gate for?")
    _type_tools(page, '[{"type": "function"}]')
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_text("Tool 1 is not of the form")).to_be_visible()
    page.get_by_label("Tools as JSON").fill("")

    _choose(page, "gpt-4o", "claude-sonnet-4-5")
    page.get_by_role("button", name="Run").click()
    mini, refused, endless = (page.locator(".pg-play .pg-card").nth(at) for at in range(3))
    expect(mini.locator(".pg-play-text")).to_have_text("The gate opens for *tokens* <b>only</b>.")
    expect(mini).to_contain_text("21 in, 9 out")
    expect(mini).to_contain_text("First token")
    expect(mini).to_contain_text("$0.001234")
    expect(refused).to_contain_text("The limit of 5 requests per minute is used up.")
    expect(endless).to_contain_text("and on and on")
    endless.get_by_role("button", name="Stop").click()
    expect(endless).to_contain_text("Stopped")
    mini.get_by_role("button", name="Open the call").click()
    expect(page.locator(".pg-dialog")).to_contain_text("Ledger")
    page.keyboard.press("Escape")
    expect(page.locator(".pg-dialog")).to_have_count(0)

    page.get_by_role("button", name="Copy as code").click()
    expect(page.locator(".pg-dialog")).to_contain_text("/v1/chat/completions")
    expect(page.locator(".pg-dialog")).to_contain_text("$PASSGATE_TOKEN")
    assert "eyJ" not in page.content()  # the token never comes to the browser


_PIXEL = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==")


def test_a_talk_goes_on_with_pictures_and_what_tools_give(page: Page) -> None:
    page.goto("/console/playground?model=gpt-4o-mini")
    page.get_by_label("System").fill("Be kind")
    page.get_by_label("User", exact=True).fill("Weather here?")
    page.locator("input[type=file]").set_input_files([{"name": "a.png", "mimeType": "image/png", "buffer": _PIXEL}])
    expect(page.locator(".pg-play-picture")).to_have_count(1)
    _type_tools(page, '[{"type": "function", "function": {"name": "weather"}}]')
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_role("button", name="Go on")).to_be_visible()
    page.get_by_label("What weather gives").fill("Rain")
    page.get_by_label("User", exact=True).fill("And tomorrow?")
    page.get_by_role("button", name="Go on").click()
    said = page.locator(".pg-play-text").last
    expect(said).to_have_text("system user assistant tool user: 1 pictures")
    expect(page.locator(".pg-play-turn")).to_have_count(2)
    expect(page.get_by_role("button", name="Go on")).to_be_visible()
    page.get_by_role("button", name="Copy as code").click()
    code = page.locator(".pg-dialog")
    for piece in ("And tomorrow?", '"tool_call_id": "call_1"', "Rain", "Be kind", "data:image/png"):
        expect(code).to_contain_text(piece)
