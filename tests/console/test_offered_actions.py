"""A page offers what its reader may do, and nothing that would be refused."""

import pytest
from playwright.sync_api import Browser, expect

from console.conftest import sign_in
from console.control_process import Control
from console.realistic_data import Known

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("name", "calls", "serves"),
    [("edsger", 0, 0), ("alan", 1, 0), ("grace", 1, 1)],
    ids=["viewer", "developer", "owner"],
)
def test_each_role_is_offered_its_own(
    browser: Browser, control: Control, known: Known, name: str, calls: int, serves: int
) -> None:
    with browser.new_context(base_url=control.url) as context:
        page = context.new_page()
        sign_in(page, control, email=f"{name}@example.com")
        page.goto("/console/applications")
        empty = page.get_by_role("heading", name="No applications yet")
        expect(page.locator("#content tbody tr").or_(empty).first).to_be_visible()
        # Above the list, and once more in the place of an empty one; other files' tests may have made some.
        expect(page.get_by_role("button", name="New application")).to_have_count(calls * (1 + empty.count()))
        page.goto("/console/services")
        expect(page.locator("tbody tr").first).to_be_visible()
        expect(page.get_by_role("link", name="New service")).to_have_count(serves)
        page.goto(f"/console/services/{known.services['Orders']}")
        expect(page.get_by_text("Nobody may call it yet")).to_be_visible()
        expect(page.get_by_role("button", name="Add application")).to_have_count(calls)
        page.goto(f"/console/portal/services/{known.services['Orders']}")
        expect(page.get_by_role("heading", name="At a glance")).to_be_visible()
        expect(page.get_by_role("button", name="Subscribe")).to_have_count(calls)
        for address in ("/console/services/new", "/console/services/new-prompt"):
            page.goto(address)
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            expect(page.get_by_text("You may not create services")).to_have_count(1 - serves)
        page.get_by_role("button", name="Your account and theme").click()
        page.get_by_text("Sign out").click()  # else another file's tests, which count sessions, find one more
        page.wait_for_url("**/console/sign-in*")
