"""Rotating, importing and revoking signing keys in the console."""

from collections.abc import Iterator

import pytest
from joserfc.jwk import ECKey
from playwright.sync_api import Browser, Page, expect

from console.chromium import Watch
from console.conftest import sign_in
from console.control_process import Control, running_control
from console.realistic_data import fill
from databases import SqliteDatabases

pytestmark = pytest.mark.browser


@pytest.fixture
def keys_page(browser: Browser, sqlite_databases: SqliteDatabases) -> Iterator[Page]:
    """The page of keys in a Passgate of the test's own, since keys are everybody's."""
    with running_control(sqlite_databases) as control:
        fill(control.storage)
        yield from _opened(browser, control)


def _opened(browser: Browser, control: Control) -> Iterator[Page]:
    watch = Watch(control.host)
    with browser.new_context(base_url=control.url, viewport={"width": 1280, "height": 820}) as context:
        page = context.new_page()
        watch.over(page)
        sign_in(page, control)
        page.goto("/console/keys")
        yield page
    assert watch.troubles == []


def test_keys_are_imported_rotated_and_revoked(keys_page: Page) -> None:
    page, dialog = keys_page, keys_page.locator(".pg-dialog")
    page.get_by_role("button", name="Import key").click()
    dialog.get_by_label("Private key").fill(ECKey.generate_key("P-521").as_pem(private=True).decode())
    dialog.get_by_role("button", name="Import key").click()
    expect(dialog.get_by_text("The curve must be P-256, P-384 or Ed25519.")).to_be_visible()
    dialog.get_by_label("Private key").fill(ECKey.generate_key("P-256").as_pem(private=True).decode())
    dialog.get_by_label("Key id").fill("ours")
    dialog.get_by_role("button", name="Import key").click()
    imported = page.locator("tr", has_text="Imported")
    expect(imported.get_by_text("Next")).to_be_visible()

    page.get_by_role("button", name="Rotate key").click()
    dialog.get_by_role("button", name="Rotate key").click()
    expect(dialog.get_by_text("services may not know it before")).to_be_visible()
    dialog.get_by_role("checkbox").click()
    dialog.get_by_role("button", name="Rotate key").click()
    expect(imported.get_by_text("Active")).to_be_visible()

    imported.get_by_role("button", name="Revoke").click()
    expect(dialog.get_by_text("The next key takes over")).to_be_visible()
    dialog.get_by_label("Reason").fill("leaked")
    dialog.get_by_role("button", name="Revoke key").click()
    expect(imported.get_by_text("Revoked")).to_be_visible()
    expect(imported.get_by_role("button", name="Revoke")).to_have_count(0)
