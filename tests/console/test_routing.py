"""A model's routing and a provider's keys, as an administrator sets them."""

import pytest
from playwright.sync_api import Page, expect

from passgate.console.pages.models.order import joined, moved, placed, swapped

browser = pytest.mark.browser


def test_steps_are_moved_split_and_joined() -> None:
    steps = [["a", "b"], ["c"], ["d"]]
    assert moved(steps, "b", up=True) == [["b"], ["a"], ["c"], ["d"]]
    assert moved(steps, "a", up=False) == [["b"], ["a"], ["c"], ["d"]]
    assert moved(steps, "c", up=True) == [["c"], ["a", "b"], ["d"]]
    assert moved(steps, "c", up=False) == [["a", "b"], ["d"], ["c"]]
    assert moved(steps, "d", up=False) == steps
    assert joined(steps, "c") == [["a", "b", "c"], ["d"]]
    assert joined(steps, "a") == steps
    assert placed(steps, "d", "c", "before") == [["a", "b"], ["d"], ["c"]]
    assert placed(steps, "a", "d", "behind") == [["b"], ["c"], ["d"], ["a"]]
    assert placed(steps, "d", "a", "onto") == [["a", "b", "d"], ["c"]]
    assert swapped(["x", "y", "z"], "y", up=True) == ["y", "x", "z"]
    assert swapped(["x", "y", "z"], "y", up=False) == ["x", "z", "y"]


def dialog_has_come(page: Page) -> None:
    """It takes the focus for its first field last; what is typed before may not reach the server."""
    expect(page.locator(".pg-dialog-body input, .pg-dialog-body textarea").first).to_be_focused()


def _add_fallback(page: Page, name: str) -> None:
    page.get_by_role("button", name="Add fallback model").click()
    dialog_has_come(page)
    page.get_by_label("Model", exact=True).fill(name)
    page.get_by_role("option", name=name, exact=True).click()
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)


@browser
def test_a_model_gets_deployments_an_order_rules_and_a_fallback(page: Page) -> None:
    page.goto("/console/models")
    page.get_by_role("link", name="gpt-4o", exact=True).click()
    rows = page.get_by_role("table", name="Deployments").locator("tbody tr")
    count = rows.count() if rows.first.is_visible() else 1
    page.get_by_role("button", name="Add deployment").click()
    dialog_has_come(page)
    page.get_by_label("Vendor's model").fill("gpt-4o-2024-11-20")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(rows.last).to_contain_text("gpt-4o-2024-11-20")
    rows.last.get_by_role("button", name="Up").click()
    expect(rows.first).to_contain_text("gpt-4o-2024-11-20")
    rows.first.drag_to(rows.last, target_position={"x": 40, "y": 45})
    expect(rows.last).to_contain_text("gpt-4o-2024-11-20")
    rows.last.drag_to(rows.first, target_position={"x": 40, "y": 4})
    expect(rows.first).to_contain_text("gpt-4o-2024-11-20")
    rows.last.get_by_role("button", name="Share the step above").click()
    expect(rows.last).to_contain_text("weight 1")
    expect(rows).to_have_count(max(2, count))
    page.get_by_role("button", name="Change routing").click()
    dialog_has_come(page)
    page.get_by_label("Within a step").click()
    page.get_by_role("option", name="The fastest first").click()
    page.get_by_label("First token of a stream").fill("12")
    page.get_by_label("Further names").fill("best, default")
    page.get_by_role("button", name="Save").click()
    about = page.locator(".pg-facts", has_text="Within a step")
    expect(about).to_contain_text("The fastest first")
    expect(about).to_contain_text("first token of a stream 12 s")
    expect(about).to_contain_text("best, default")
    chain = page.get_by_role("table", name="Fallback models").locator("tbody tr")
    for name in ("gpt-4o-mini", "claude-sonnet-4-5"):
        _add_fallback(page, name)
        expect(chain.last).to_contain_text(name)
    chain.last.drag_to(chain.first, target_position={"x": 40, "y": 4})
    expect(chain.first).to_contain_text("claude-sonnet-4-5")
    page.get_by_role("button", name="Add deployment").click()
    dialog_has_come(page)
    page.get_by_label("Region").fill("eu-west-1")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("names no region")).to_be_visible()


@browser
def test_a_key_comes_into_the_pool_and_leaves_it(page: Page) -> None:
    page.goto("/console/providers")
    page.get_by_role("link", name="OpenAI production").click()
    page.get_by_role("button", name="Add key").click()
    page.get_by_label("Label").fill("second account")
    page.get_by_label("API key").fill("sk-second-4711")
    page.get_by_role("button", name="Add", exact=True).click()
    row = page.get_by_role("table", name="Keys").locator("tbody tr", has_text="second account")
    expect(row).to_be_visible()
    expect(page.get_by_text("sk-second-4711")).to_have_count(0)
    row.get_by_role("button", name="Remove").click()
    asked = page.get_by_role("dialog").filter(has_text="Remove the key")
    asked.get_by_role("button", name="Remove", exact=True).click()
    expect(row).to_have_count(0)
