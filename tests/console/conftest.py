"""Fixtures of the console's tests: a browser, a filled Passgate, a new one."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from console.chromium import Watch, launched
from console.control_process import Control, running_control
from console.pictures import Pictures
from console.realistic_data import EMAIL, PASSWORD, Known, fill
from databases import SqliteDatabases


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser of the file's own: while Playwright is on, its thread cannot run the event loops of other tests."""
    expect.set_options(timeout=15_000)  # tests of a busy machine wait longer, and fail no less
    with launched() as browser:
        yield browser


@pytest.fixture(scope="session")
def filled(sqlite_databases: SqliteDatabases) -> Iterator[tuple[Control, Known]]:
    """A Passgate after some weeks; tests leave it as it is, or add to it."""
    with running_control(sqlite_databases) as control:
        yield control, fill(control.storage)


@pytest.fixture(scope="session")
def control(filled: tuple[Control, Known]) -> Control:
    return filled[0]


@pytest.fixture(scope="session")
def known(filled: tuple[Control, Known]) -> Known:
    return filled[1]


@pytest.fixture
def new_control(sqlite_databases: SqliteDatabases) -> Iterator[Control]:
    """A Passgate that nobody has set up."""
    with running_control(sqlite_databases) as control:
        yield control


@pytest.fixture(scope="module")
def cookie(browser: Browser, control: Control) -> str:
    """A browser session's secret, got by signing in."""
    with browser.new_context() as context:
        page = context.new_page()
        sign_in(page, control)
        return next(item["value"] for item in context.cookies() if item["name"] == "passgate_session")


@pytest.fixture
def pictures(request: pytest.FixtureRequest) -> Pictures:
    return Pictures(request.config.getoption("--pictures"))


@pytest.fixture
def watch(control: Control) -> Watch:
    return Watch(control.host)


@pytest.fixture
def page(browser: Browser, control: Control, cookie: str, watch: Watch) -> Iterator[Page]:
    """A signed-in page; what went wrong on it fails the test."""
    with browser.new_context(viewport={"width": 1280, "height": 820}, base_url=control.url) as context:
        context.set_default_timeout(30_000)
        context.add_cookies([{"name": "passgate_session", "value": cookie, "url": control.url}])
        page = context.new_page()
        watch.over(page)
        yield page
    assert watch.troubles == []


def sign_in(page: Page, control: Control, *, email: str = EMAIL, password: str = PASSWORD) -> None:
    """Go in by the front door."""
    page.goto(f"{control.url}/console/sign-in")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/console/")
