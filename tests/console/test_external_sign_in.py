"""Signing in with a company's identity provider (node oidc-provider), in a real browser."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from console.chromium import Watch
from console.control_process import Control, running_control
from console.realistic_data import EMAIL, PASSWORD, set_up
from console.upstream_idp import PACKAGE, UpstreamIdp
from databases import SqliteDatabases
from node_packages import node_with
from passgate.console.entrance.external import back_channel_address, callback_address
from passgate.identity.issuers.following import look_closely_at
from passgate.identity.issuers.models import ExternalIdentity
from passgate.identity.issuers.providers import asked_provider, create_identity_provider, update_identity_provider
from passgate.identity.issuers.schemas import IdentityProviderChange, IdentityProviderIn
from passgate.identity.models import Membership, Team, User
from passgate.kernel.actor import SYSTEM
from passgate.storage.audit.models import AuditEntry

pytestmark = [pytest.mark.browser, pytest.mark.node_js]


@dataclass
class Company:
    control: Control
    idp: UpstreamIdp
    provider_id: str
    team_id: str


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def company(sqlite_databases: SqliteDatabases, request: pytest.FixtureRequest) -> Iterator[Company]:
    """A Passgate and a provider that know each other; the provider's key changes once they do."""
    node, folder = node_with(request.config, "node-oidc-provider", PACKAGE)
    idp = UpstreamIdp(node, folder, _free_port())
    with ExitStack() as stack:
        control = stack.enter_context(running_control(sqlite_databases))
        set_up(control.storage)
        with control.storage.reading() as work:
            team_id = work.session.scalars(select(Team.id)).first() or ""
        given = IdentityProviderIn.model_validate(
            {
                "name": "Company account",
                "preset": "generic",
                "issuer": idp.issuer,
                "client_id": "passgate",
                "client_secret": "a secret of the tests: 100% & more+",
                "scopes": ["openid", "email", "profile", "groups"],
                "domains": ["staff.example"],
                "group_rules": [
                    {"group": "gate-admins", "role": "admin"},
                    {"group": "builders", "role": "developer", "team_id": team_id},
                    {"group": "*", "role": "viewer", "team_id": team_id},
                ],
            }
        )
        with idp.running("first"):
            seen = look_closely_at(asked_provider(SYSTEM, given))
        with control.storage.writing() as work:
            provider_id = create_identity_provider(SYSTEM, work, given, seen).id
        idp.clients = [
            {
                "client_id": "passgate",
                "client_secret": "a secret of the tests: 100% & more+",
                "redirect_uris": [callback_address(control.url, provider_id)],
                "post_logout_redirect_uris": [f"{control.url}/console/sign-in"],
                "backchannel_logout_uri": back_channel_address(control.url, provider_id),
                "backchannel_logout_session_required": True,
            }
        ]
        stack.enter_context(idp.running("second"))
        yield Company(control, idp, provider_id, team_id)


@pytest.fixture
def page(browser: Browser, company: Company) -> Iterator[Page]:
    with browser.new_context(viewport={"width": 1280, "height": 820}, base_url=company.control.url) as context:
        context.set_default_timeout(30_000)
        yield context.new_page()


def _sign_in(page: Page, name: str) -> None:
    page.goto("/console/sign-in?next=/console/teams")
    page.get_by_role("link", name="Sign in with Company account").click()
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Continue").click()


def _user(company: Company, email: str) -> User | None:
    with company.control.storage.reading() as work:
        return work.session.scalars(select(User).where(User.email == email)).first()


def test_someone_new_signs_in_with_the_roles_of_their_groups(page: Page, company: Company) -> None:
    """The provider has changed its key since it was added, and tells e-mail and groups by userinfo only."""
    watch = Watch(company.control.host)
    page.goto("/console/sign-in")
    watch.over(page)
    expect(page.get_by_role("link", name="Sign in with Company account")).to_be_visible()
    expect(page.get_by_label("Password")).to_be_visible()
    assert watch.troubles == []
    _sign_in(page, "ada")
    page.wait_for_url("**/console/teams")
    expect(page.locator("h1")).to_have_text("Teams")
    ada = _user(company, "ada@staff.example")
    assert ada is not None
    assert (ada.name, ada.is_admin) == ("Ada Staff", True)
    cookies = {item["name"]: item for item in page.context.cookies()}
    assert cookies["passgate_session"]["httpOnly"]
    assert cookies["passgate_sign_in"]["httpOnly"]


def test_groups_are_applied_at_each_sign_in(page: Page, company: Company) -> None:
    _sign_in(page, "bob")
    page.wait_for_url("**/console/teams")
    bob = _user(company, "bob@staff.example")
    assert bob is not None
    with company.control.storage.writing() as work:
        assert work.session.get(Membership, (bob.id, company.team_id)).role == "developer"  # type: ignore[union-attr]
        work.session.get(Membership, (bob.id, company.team_id)).role = "owner"  # type: ignore[union-attr]
        work.session.get(User, bob.id).is_admin = True  # type: ignore[union-attr]
    page.context.clear_cookies(name="passgate_session")
    _sign_in_again(page)
    with company.control.storage.reading() as work:
        assert work.session.get(Membership, (bob.id, company.team_id)).role == "developer"  # type: ignore[union-attr]
        assert not work.session.get(User, bob.id).is_admin  # type: ignore[union-attr]
        assert len(work.session.scalars(select(ExternalIdentity).where(ExternalIdentity.user_id == bob.id)).all()) == 1


def _sign_in_again(page: Page) -> None:
    """The provider still knows the browser."""
    page.goto("/console/sign-in?next=/console/teams")
    page.get_by_role("link", name="Sign in with Company account").click()
    page.wait_for_url("**/console/teams")


@pytest.mark.parametrize("name", ["eve", "mallory"])
def test_unverified_and_foreign_addresses_are_not_let_in(page: Page, company: Company, name: str) -> None:
    _sign_in(page, name)
    expect(page.get_by_text("verified e-mail addresses of staff.example only")).to_be_visible()
    assert "passgate_session" not in {item["name"] for item in page.context.cookies()}
    page.get_by_role("link", name="Back to the sign-in page").click()
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    with company.control.storage.reading() as work:
        (told,) = work.session.scalars(select(AuditEntry).where(AuditEntry.act == "sign_in.refused"))
    assert (told.reason, told.ip, told.target_id) == ("not_admitted", "127.0.0.1", company.provider_id)


def test_signing_out_here_signs_out_there(page: Page) -> None:
    _sign_in(page, "ada")
    page.wait_for_url("**/console/teams")
    page.get_by_label("Your account and theme").click()
    page.get_by_text("Sign out").click()
    page.get_by_role("button", name="Yes, sign me out").click()
    page.wait_for_url("**/console/sign-in**")
    page.get_by_role("link", name="Sign in with Company account").click()
    expect(page.get_by_label("Name")).to_be_visible()  # the provider asks anew


def test_signing_out_there_ends_the_session_here(page: Page, company: Company) -> None:
    """Back-channel logout."""
    _sign_in(page, "ada")
    page.wait_for_url("**/console/teams")
    page.goto(f"{company.idp.issuer}/session/end")
    page.get_by_role("button", name="Yes, sign me out").click()
    expect(page.get_by_text("Sign-out Success")).to_be_visible()
    page.goto("/console/teams")
    page.wait_for_url("**/console/sign-in**")


def test_an_answer_counts_once_and_in_its_own_browser(page: Page, company: Company, browser: Browser) -> None:
    answers: list[str] = []
    page.on("request", lambda request: answers.append(request.url) if "/callback?" in request.url else None)
    _sign_in(page, "ada")
    page.wait_for_url("**/console/teams")
    page.goto(answers[0])
    expect(page.get_by_text("too old, or was used already")).to_be_visible()
    leaving = page.context.request.get(f"/console/sign-in/with/{company.provider_id}", max_redirects=0)
    state = parse_qs(urlsplit(leaving.headers["location"]).query)["state"][0]
    with browser.new_context() as context:
        stolen = context.new_page()
        stolen.goto(f"{answers[0].partition('?')[0]}?state={state}&code=stolen&iss={company.idp.issuer}")
        expect(stolen.get_by_text("begun in another browser")).to_be_visible()
        assert "passgate_session" not in {item["name"] for item in context.cookies()}


def test_passwords_of_the_domain_can_be_switched_off(page: Page, company: Company) -> None:
    def switch(*, off: bool) -> None:
        with company.control.storage.writing() as work:
            update_identity_provider(SYSTEM, work, company.provider_id, IdentityProviderChange(password_off=off))

    switch(off=True)
    try:
        page.goto("/console/sign-in")
        page.get_by_label("E-mail").fill("someone@staff.example")
        page.get_by_label("Password").fill("x" * 12)
        page.get_by_role("button", name="Sign in", exact=True).click()
        expect(page.get_by_text("People of staff.example sign in with Company account.")).to_be_visible()
        page.get_by_label("E-mail").fill(EMAIL)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url("**/console/")
    finally:
        switch(off=False)
