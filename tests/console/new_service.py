"""A REST service, made by the console's own steps."""

from playwright.sync_api import Page, expect


def make_service(page: Page, name: str, base_path: str, upstream_url: str = "http://localhost:9000") -> None:
    """Publish one, and open it."""
    page.goto("/console/services/new?from=blank")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Base path").fill(base_path)
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Upstream URL").fill(upstream_url)
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_label("Who may call")).to_be_visible()
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Publish").click()
    page.get_by_role("link", name="Open the service").click()
    expect(page.get_by_role("heading", name=name)).to_be_visible(timeout=30_000)
