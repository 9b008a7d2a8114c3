"""A service's versions, as an administrator publishes, shares, rolls back and deprecates them."""

import pytest
from playwright.sync_api import Page, expect

from console.new_service import make_service
from console.pictures import Pictures, keep_at_both_widths

pytestmark = pytest.mark.browser


def test_a_revision_is_published_in_part_and_rolled_back(page: Page) -> None:
    make_service(page, "Parcels", "/parcel-post")
    page.get_by_role("button", name="Versions and revisions").click()
    page.get_by_role("button", name="New revision").click()
    expect(page.get_by_role("heading", name="Revision 2 of v1")).to_be_visible()
    page.get_by_role("button", name="Edit as JSON").click()
    definition = page.get_by_label("Definition (JSON)")
    definition.fill("{")
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("EOF while parsing")).to_be_visible()
    definition.fill(
        '{"pools": [{"endpoints": [{"host": "b.internal", "port": 80}]}],'
        ' "policies": [{"kind": "rate_limit", "calls": 5}]}'
    )
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("5 calls a minute, for each application")).to_be_visible()
    page.get_by_role("link", name="Parcels").click()
    draft = page.locator("tbody tr", has_text="Revision 2")
    draft.get_by_role("button", name="Publish").click()
    dialog = page.locator(".pg-dialog")
    expect(dialog).to_contain_text("Only 5 calls a minute per application pass.")
    expect(dialog).to_contain_text("0 subscriptions and 0 calls")
    dialog.get_by_label("Percent of the calls").fill("10")
    dialog.get_by_role("button", name="Publish").click()
    expect(draft).to_contain_text("10 %")
    expect(page.locator("tbody tr", has_text="Revision 1")).to_contain_text("90 %")
    page.get_by_role("button", name="Roll back").click()
    page.locator(".pg-dialog").get_by_role("button", name="Roll back").click()
    expect(draft).to_contain_text("Superseded")
    page.get_by_role("button", name="Plan a step").click()
    dialog = page.get_by_role("dialog", name="Plan a step of v1")
    dialog.get_by_label("When").fill("soon")
    dialog.get_by_role("button", name="Plan step").click()
    expect(dialog.get_by_text("Give a day such as 2027-06-30")).to_be_visible()
    dialog.get_by_label("When").fill("2098-06-30 14:00")
    dialog.get_by_label("Percent of the calls").fill("20")
    dialog.get_by_role("button", name="Plan step").click()
    step = page.get_by_role("table", name="Planned steps").locator("tbody tr")
    expect(step).to_contain_text("20 % of the calls")
    expect(step).to_contain_text("30 Jun 2098, 14:00")
    step.get_by_role("button", name="Take back Publish v1").click()
    expect(step).to_contain_text("Taken back")
    page.get_by_role("button", name="Deprecate").click()
    page.get_by_label("Sunset").fill("2099-06-30")
    page.locator(".pg-dialog").get_by_role("button", name="Deprecate").click()
    expect(page.get_by_text("Retires itself on 30 Jun 2099")).to_be_visible()
    _retire_with_successor(page)


def _retire_with_successor(page: Page) -> None:
    """In the dialog, as the API takes it."""
    page.get_by_role("button", name="New version").click()
    dialog = page.locator(".pg-dialog")
    dialog.get_by_label("Name", exact=True).fill("v2")
    dialog.get_by_role("button", name="Create version").click()
    expect(page.get_by_role("table", name="Revisions of v2")).to_be_visible()
    first = page.locator("section", has=page.get_by_role("table", name="Revisions of v1"))
    first.get_by_role("button", name="Retire").click()
    dialog = page.get_by_role("dialog", name="Retire v1?")
    dialog.get_by_label("Successor").click()
    page.get_by_role("option", name="v2").click()
    dialog.get_by_role("button", name="Retire version").click()
    expect(first).to_contain_text("Its successor is v2.")
    expect(first).to_contain_text("Retired on ")
    expect(first).not_to_contain_text("Retires itself")
    expect(first.get_by_role("button", name="Publish again", exact=True)).to_be_visible()


def test_what_is_kept_is_purged_where_its_policy_is_shown(page: Page, pictures: Pictures) -> None:
    make_service(page, "Kept parcels", "/kept-parcels")
    page.get_by_role("button", name="Policies").click()
    purge = page.get_by_role("button", name="Purge kept answers")
    for kind in ("Client addresses", "Response cache"):
        expect(purge).to_have_count(0)
        page.get_by_role("button", name="Add policy").first.click()
        page.locator(".pg-kinds button", has_text=kind).click()
        dialog = page.get_by_role("dialog", name=kind)
        if kind == "Client addresses":
            dialog.get_by_label("Deny").fill("203.0.113.0/24")
        dialog.get_by_role("button", name="Add policy").click()
        expect(page.get_by_role("table", name="Policies")).to_contain_text(kind)
    keep_at_both_widths(page, pictures, "purge-offered")
    purge.click()
    asked = page.get_by_role("dialog", name="Purge the kept answers of “Kept parcels”?")
    keep_at_both_widths(page, pictures, "purge-asked")
    asked.get_by_role("button", name="Purge answers").click()
    expect(page.get_by_text("What was kept of Kept parcels is purged.")).to_be_visible()
    expect(asked).to_have_count(0)
    page.get_by_role("button", name="Versions and revisions").click()
    page.get_by_role("link", name="Revision 1").click()
    expect(page.get_by_role("heading", name="Revision 1 of v1")).to_be_visible()
    expect(purge).to_have_count(1)
