"""OAuth in a real browser: the settings of an application, and a person who agrees."""

import base64
import hashlib
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from console.chromium import Watch
from console.control_process import Control
from console.realistic_data import Known
from local_site import SiteHandler, local_site

pytestmark = pytest.mark.browser

CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(b"v" * 43).digest()).rstrip(b"=").decode()


@pytest.fixture
def client_page() -> Iterator[str]:
    """The page of an application that people are sent back to, at another origin."""

    class Handler(SiteHandler):
        def do_GET(self) -> None:
            self.reply(b"<link rel=icon href=data:,><p>Back at the shop</p>", "text/html")

    with local_site(Handler) as port:
        yield f"http://127.0.0.1:{port}/callback"


def test_an_application_becomes_a_client_and_a_person_agrees(
    page: Page, known: Known, control: Control, watch: Watch, client_page: str
) -> None:
    application = known.one_of_each()["application_id"]
    page.goto(f"/console/applications/{application}")
    page.get_by_role("button", name="Set up OAuth").click()
    expect(page.get_by_label("Returns to")).to_be_editable()
    page.wait_for_load_state("networkidle")  # the dialog is whole: nothing comes after that would write over the field
    page.get_by_label("Returns to").fill(client_page)
    expect(page.get_by_label("Returns to")).to_have_value(client_page)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Shows who it is by").first).to_be_visible()
    page.get_by_role("button", name="New secret").click()
    page.get_by_role("button", name="Create secret").click()
    expect(page.get_by_label("Client secret", exact=True)).to_contain_text("pgcs_")
    page.get_by_role("button", name="I have copied it").click()
    fields = {
        "response_type": "code",
        "client_id": application,
        "redirect_uri": client_page,
        "scope": "openid email",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    page.goto(f"{control.url}/console/authorize?{urlencode(fields)}")
    expect(page.get_by_text("Read your e-mail address")).to_be_visible()
    page.get_by_role("button", name="Allow").click()
    expect(page.get_by_text("Back at the shop")).to_be_visible()
    assert "code=pgc_" in page.url
    # The one request that leads elsewhere is the way back to the application.
    assert watch.troubles == [f"request to another host: {page.url}"]
    watch.troubles.clear()
