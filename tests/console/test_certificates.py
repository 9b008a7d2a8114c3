"""Certificates of a service's hosts, in the console."""

import pytest
from playwright.sync_api import Page, expect

from console.control_process import Control
from console.pictures import Pictures
from console.realistic_data import Known
from passgate.bootstrap.expiring_certificates import told_expiries
from passgate.kernel.actor import SYSTEM
from passgate.kernel.pagination import PageRequest
from passgate.publishing.certificates.schemas import CertificateIn
from passgate.publishing.certificates.service import add_certificate, renew_certificate
from passgate.publishing.notices.service import list_notices
from passgate.publishing.schemas import ServiceIn
from passgate.publishing.service.services import create_service, get_service
from wire.certificates import certificate_for
from wire.rig import wait_until

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
    chain, key = certificate_for("own.example", days=20)
    expect(dialog.get_by_label("Certificate chain")).to_be_focused()
    dialog.get_by_label("Certificate chain").fill(certificate_for("other.example")[0])
    dialog.get_by_label("Private key").fill(key)
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("The key is not that of the chain's first certificate.")).to_be_visible()
    dialog.get_by_label("Certificate chain").fill(chain)
    dialog.get_by_role("button", name="Save").click()
    row = page.get_by_role("table", name="Certificates").locator("tbody tr")
    expect(row).to_contain_text("own.example")
    expect(page.get_by_text("19 days left: renew it soon.")).to_be_visible()
    pictures.keep(page, "certificates", full_page=True)
    row.get_by_role("button", name="Take away own.example").click()
    dialog.get_by_role("button", name="Take away").click()
    expect(page.get_by_text("No certificates yet")).to_be_visible()


def test_who_owns_the_service_is_told_before_a_certificate_expires(page: Page, control: Control, known: Known) -> None:
    host = "soon.example"
    with control.storage.writing() as work:
        team_id = get_service(SYSTEM, work, known.services["Catalogue"]).team_id
        given = ServiceIn(team_id=team_id, name="Soon", base_path="/soon", hosts=(host,))
        service = create_service(SYSTEM, work, given).id
        certificate = add_certificate(SYSTEM, work, service, _pair(host, days=29))
    page.goto("/console/portal/mine")
    notice = page.get_by_role("link", name=f"The certificate of Soon for {host} expires on")
    expect(page.get_by_role("heading", name="My subscriptions")).to_be_visible()
    expect(notice).to_have_count(0)
    with told_expiries(control.storage, every_seconds=0.05):
        wait_until(lambda: _is_told(control, service))
    page.reload()
    notice.click()
    row = page.get_by_role("table", name="Certificates").locator("tbody tr")
    expect(row).to_contain_text("28 days left")
    for days, told in ((5, "4 days left"), (60, "")):
        with control.storage.writing() as work:
            renew_certificate(SYSTEM, work, service, certificate.id, _pair(host, days=days))
        page.reload()
        expect(row).to_contain_text(told or host)
    expect(row).not_to_contain_text("left")


def _pair(host: str, *, days: float) -> CertificateIn:
    chain, key = certificate_for(host, days=days)
    return CertificateIn.model_validate({"chain_pem": chain, "key_pem": key})


def _is_told(control: Control, service_id: str) -> bool:
    with control.storage.reading() as work:
        found = list_notices(SYSTEM, work, PageRequest()).items
    return any((one.kind, one.service_id) == ("certificate.expires", service_id) for one in found)
