"""Signing out everywhere, with two browsers and an application that signed in with Passgate."""

from collections.abc import Iterator
from http.server import HTTPServer
from urllib.parse import parse_qs

import httpx
import jwt
import pytest
from playwright.sync_api import Browser, Page, expect

from console.control_process import Control
from console.realistic_data import PASSWORD, Known
from local_site import SiteHandler, serving
from oauth_clients import MadeClient, make_client
from oauth_server import Pkce, authorize_url, fields_of
from passgate.identity.models import Team
from passgate.identity.oauth.logout_delivery import deliver_notices
from passgate.identity.oauth.protocol import OAuthSite
from passgate.identity.schemas import TokenIssuer

pytestmark = pytest.mark.browser


class Shop(HTTPServer):
    """An application: the page that people come back to, and what it was told of logouts."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.told: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(SiteHandler):
    def do_GET(self) -> None:
        self.reply(b"<link rel=icon href=data:,><p>Back at the shop</p>", "text/html")

    def do_POST(self) -> None:
        shop = self.server
        assert isinstance(shop, Shop)
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        shop.told += parse_qs(body)["logout_token"]
        self.reply()


@pytest.fixture
def shop() -> Iterator[Shop]:
    server = Shop()
    with serving(server):
        yield server


def _signed_in(page: Page, control: Control, shop: Shop, client: MadeClient) -> dict[str, str]:
    """Grace signs in to Passgate, and by it to the shop; the shop's tokens."""
    callback, pkce = f"{shop.url}/callback", Pkce.new()
    page.goto(f"{control.url}{authorize_url(client.id, callback, pkce.challenge)}")
    page.get_by_label("E-mail").fill("grace@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Allow").or_(page.get_by_text("Back at the shop"))).to_be_visible()
    if page.get_by_role("button", name="Allow").is_visible():  # asked once; the second browser finds it agreed
        page.get_by_role("button", name="Allow").click()
    expect(page.get_by_text("Back at the shop")).to_be_visible()
    form = {"grant_type": "authorization_code", "code": fields_of(page.url)["code"], "redirect_uri": callback}
    form |= {"code_verifier": pkce.verifier} | client.credentials()
    return dict(httpx.post(f"{control.url}/oauth2/token", data=form).raise_for_status().json())


def _holds(control: Control, client: MadeClient, tokens: dict[str, str]) -> tuple[int, bool, int]:
    """What userinfo, introspection and a refresh make of tokens."""
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    person = httpx.get(f"{control.url}/oauth2/userinfo", headers=bearer).status_code
    form = client.credentials()
    asked = {"token": tokens["access_token"]} | form
    active = httpx.post(f"{control.url}/oauth2/introspect", data=asked).json()["active"]
    again = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]} | form
    return person, active, httpx.post(f"{control.url}/oauth2/token", data=again).status_code


def test_ending_all_others_signs_the_second_browser_and_its_application_out(
    browser: Browser, control: Control, known: Known, shop: Shop
) -> None:
    with control.storage.writing() as work:
        settings = {"redirect_uris": [f"{shop.url}/callback"], "backchannel_logout_uri": f"{shop.url}/out"}
        client = make_client(work, team=work.session.get_one(Team, known.team), name="Shop of two", **settings)
    with browser.new_context(base_url=control.url) as one, browser.new_context(base_url=control.url) as two:
        here, there = one.new_page(), two.new_page()
        kept = _signed_in(here, control, shop, client)
        lost = _signed_in(there, control, shop, client)
        there.goto("/console/teams")
        expect(there.locator("h1")).to_have_text("Teams")
        here.goto("/console/sessions")
        here.get_by_role("button", name="End all others").click()
        here.get_by_role("button", name="End them").click()
        expect(here.get_by_text("1 ended.")).to_be_visible()
        there.get_by_role("navigation", name="Areas").get_by_text("Services", exact=True).click()
        there.wait_for_url("**/console/sign-in?next=*")
        assert _holds(control, client, lost) == (401, False, 400)
        assert _holds(control, client, kept) == (200, True, 200)
        site = OAuthSite(TokenIssuer(control.url, "passgate"), control.url)
        assert deliver_notices(control.storage, site, private_addresses=True) == 1
    (told,) = (jwt.decode(token, options={"verify_signature": False}) for token in shop.told)
    assert (told["aud"], told["sid"]) == (
        client.id,
        jwt.decode(lost["id_token"], options={"verify_signature": False})["sid"],
    )
