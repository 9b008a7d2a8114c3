"""The code flow over HTTP, as a browser and a client walk it."""

import httpx
import jwt

from oauth_clients import CALLBACK, make_client
from oauth_server import Browser, OAuthHost, Pkce, authorize_url, fields_of


def exchange(host: OAuthHost, client, code: str, pkce: Pkce, **more: str) -> httpx.Response:  # noqa: ANN001 - a made client
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    fields |= {"code_verifier": pkce.verifier} | client.credentials() | more
    return httpx.post(f"{host.url}/oauth2/token", data=fields)


def test_a_person_signs_in_agrees_and_the_client_gets_tokens(host: OAuthHost) -> None:
    with host.storage.writing() as work:
        client = make_client(work)
    pkce, browser = Pkce.new(), Browser(host)
    url = authorize_url(client.id, CALLBACK, pkce.challenge, scope="openid email", state="s 1", nonce="n1")
    assert "E-mail" in browser.go(url).text
    page = browser.sign_in().go(url)
    assert "Read your e-mail address" in page.text
    assert "form-action 'self' https://app.example" in page.headers["content-security-policy"]
    location = browser.decide(page).headers["location"]
    assert location.startswith(f"{CALLBACK}?")
    back = fields_of(location)
    assert (back["state"], back["iss"]) == ("s 1", host.url)
    answer = exchange(host, client, back["code"], pkce)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    tokens = answer.json()
    keys = jwt.PyJWKClient(f"{host.url}/.well-known/jwks.json")
    key = keys.get_signing_key_from_jwt(tokens["id_token"])
    claims = jwt.decode(tokens["id_token"], key, algorithms=["ES256"], audience=client.id, issuer=host.url)
    assert (claims["nonce"], claims["email"]) == ("n1", "ada@example.com")
    who = httpx.get(f"{host.url}/oauth2/userinfo", headers={"Authorization": f"Bearer {tokens['access_token']}"})
    assert who.json() == {"sub": claims["sub"], "email": "ada@example.com"}
