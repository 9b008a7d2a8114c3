"""Signing out: asked for by a client, and told to all of them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, urlencode

import httpx
import jwt
from sqlalchemy import update

from local_site import SiteHandler, local_site
from oauth_clients import MadeClient, make_client
from oauth_server import Browser, OAuthHost, Pkce, authorize_url, fields_of
from passgate.identity.oauth.flow_tables import OAuthLogoutNotice
from passgate.identity.oauth.logout_delivery import deliver_notices

CALLBACK = "https://app.example/callback"
BYE = "https://app.example/bye"


@contextmanager
def listening(statuses: list[int]) -> Iterator[tuple[str, list[str]]]:
    """A client's address for logouts, and the tokens that arrived there."""
    got: list[str] = []

    class Handler(SiteHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            got.append(parse_qs(body)["logout_token"][0])
            self.reply(status=statuses.pop(0) if statuses else 200)

    with local_site(Handler) as port:
        yield f"http://127.0.0.1:{port}/out", got


def signed_in(host: OAuthHost, client: MadeClient, browser: Browser) -> dict[str, str]:
    pkce = Pkce.new()
    code = fields_of(browser.agree(authorize_url(client.id, CALLBACK, pkce.challenge)))["code"]
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    fields |= {"code_verifier": pkce.verifier} | client.credentials()
    return dict(httpx.post(f"{host.url}/oauth2/token", data=fields).json())


def test_a_client_signs_a_person_out_everywhere(host: OAuthHost) -> None:
    with listening([503]) as (address, got):
        with host.storage.writing() as work:
            client = make_client(work, post_logout_redirect_uris=[BYE], backchannel_logout_uri=address)
        browser = Browser(host).sign_in()
        tokens = signed_in(host, client, browser)
        asked = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": BYE, "state": "s"}
        gone = browser.go(f"/oauth2/logout?{urlencode(asked)}")
        assert (gone.status_code, gone.headers["location"]) == (303, f"{BYE}?state=s")
        assert "passgate_session" not in browser.http.cookies
        refreshed = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]} | client.credentials()
        assert httpx.post(f"{host.url}/oauth2/token", data=refreshed).json()["error"] == "invalid_grant"
        person = httpx.get(f"{host.url}/oauth2/userinfo", headers={"Authorization": f"Bearer {tokens['access_token']}"})
        assert person.status_code == 401
        assert deliver_notices(host.storage, host.site, private_addresses=True) == 0, "the client was busy"
        assert deliver_notices(host.storage, host.site, private_addresses=True) == 0, "it is not tried again at once"
        with host.storage.writing() as work:
            work.session.execute(update(OAuthLogoutNotice).values(next_at=work.clock.now()))
        assert deliver_notices(host.storage, host.site, private_addresses=True) == 1
        assert len(got) == 2
    keys = jwt.PyJWKClient(f"{host.url}/.well-known/jwks.json")
    key = keys.get_signing_key_from_jwt(got[1])
    claims = jwt.decode(got[1], key, algorithms=["ES256"], audience=client.id, issuer=host.url)
    told = jwt.decode(tokens["id_token"], options={"verify_signature": False})
    assert (claims["sub"], claims["sid"]) == (told["sub"], told["sid"])
    assert claims["events"] == {"http://schemas.openid.net/event/backchannel-logout": {}}
    assert "nonce" not in claims
    assert jwt.get_unverified_header(got[1])["typ"] == "logout+jwt"


def test_without_a_hint_the_person_is_asked(host: OAuthHost) -> None:
    browser = Browser(host).sign_in()
    page = browser.go("/oauth2/logout")
    assert "Stay signed in" in page.text
    assert "You stay signed in" in browser.decide(page, "no").text
    assert "Signed out" in browser.decide(page).text
    assert "E-mail" in browser.go("/oauth2/device").text


def test_nobody_is_sent_to_an_address_that_is_not_registered(host: OAuthHost) -> None:
    with host.storage.writing() as work:
        client = make_client(work, post_logout_redirect_uris=[BYE])
    browser = Browser(host).sign_in()
    for asked in (
        {"client_id": client.id, "post_logout_redirect_uri": "https://evil.example/"},
        {"post_logout_redirect_uri": BYE},
        {"id_token_hint": "a.b.c"},
    ):
        assert browser.go(f"/oauth2/logout?{urlencode(asked)}").status_code == 400
    assert json.loads(browser.http.get("/api/v1/session").text)["user"]["email"] == "ada@example.com"
