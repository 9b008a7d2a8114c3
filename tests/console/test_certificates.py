"""Certificates of a service's hosts, in the console."""

import pytest
from playwright.sync_api import Page, expect

from console.control_process import Control
from console.pictures import Pictures
from console.realistic_data import Known
from passgate.kernel.actor import SYSTEM
from passgate.publishing.schemas import ServiceIn
from passgate.publishing.service.services import create_service, get_service
from wire.certificates import certificate_for

pytestmark = pytest.mark.browser


def test_a_certificate_is_added_and_taken_away(page: Page, control: Control, known: Known, pictures: Pictures) -> None:
    with control.storage.writing() as work:
        team_id = get_service(SYSTEM, work, known.services["Catalogue"]).team_id
        given = ServiceIn(team_id=team_id, name="Own host", base_path="/own-host", hosts=("own.example",))
        service = create_service(SYSTEM, work, given).id
    page.goto(f"/console/services/{service}")
    expect(page.locator(".pg-facts")).to_contain_text("own.example")
    page.get_by_role("button", name="Add certificate").click()
    dialog = page.locator(".pg-dialog")
    chain, key = certificate_for("own.example", days=60)
    expect(dialog.get_by_label("Certificate chain")).to_be_focused()
    dialog.get_by_label("Certificate chain").fill(certificate_for("other.example")[0])
    dialog.get_by_label("Private key").fill(key)
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("The key is not that of the chain's first certificate.")).to_be_visible()
    dialog.get_by_label("Certificate chain").fill(chain)
    dialog.get_by_role("button", name="Save").click()
    row = page.get_by_role("table", name="Certificates").locator("tbody tr")
    expect(row).to_contain_text("own.example")
    pictures.keep(page, "certificates", full_page=True)
    row.get_by_role("button", name="Take away own.example").click()
    dialog.get_by_role("button", name="Take away").click()
    expect(page.get_by_text("No certificates yet")).to_be_visible()
