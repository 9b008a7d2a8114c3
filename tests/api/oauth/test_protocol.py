"""The endpoints over HTTP: errors of RFC 6749, other origins, documents, many at once."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from oauth_clients import make_client
from oauth_server import Browser, OAuthHost, Pkce, authorize_url, fields_of

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def test_the_two_documents_agree_and_every_endpoint_is_there(host: OAuthHost) -> None:
    documents = [
        httpx.get(f"{host.url}/.well-known/{name}").json()
        for name in ("openid-configuration", "oauth-authorization-server")
    ]
    assert documents[0] == documents[1]
    assert documents[0]["issuer"] == host.url
    for name, url in documents[0].items():
        if name.endswith("_endpoint") and name not in {"authorization_endpoint", "end_session_endpoint"}:
            assert httpx.post(url).status_code in {400, 401}, name
    assert httpx.get(documents[0]["authorization_endpoint"]).status_code == 303


def test_clients_of_tools_find_the_authorization_server(host: OAuthHost) -> None:
    for path in ("/mcp", "/mcp/orders"):
        found = httpx.get(f"{host.url}/.well-known/oauth-protected-resource{path}").json()
        assert found["resource"] == f"{host.url}{path}"
        (server,) = found["authorization_servers"]
        assert httpx.get(f"{server}/.well-known/oauth-authorization-server").json()["issuer"] == server
    assert httpx.get(f"{host.url}/.well-known/oauth-protected-resource").json()["resource"] == f"{host.url}/mcp"


@pytest.mark.parametrize(
    ("content", "headers"),
    [
        ("", FORM),
        ("grant_type=client_credentials&grant_type=refresh_token", FORM),
        ("grant_type=client_credentials", {"Content-Type": "application/json"}),
        ("a=%00", FORM),
        ("a=%ff", FORM),
        ("&".join(f"f{number}=x" for number in range(60)), FORM),
        ("a=" + "x" * 70_000, FORM),
    ],
)
def test_what_is_no_request_gets_an_error_of_the_protocol(
    host: OAuthHost, content: str, headers: dict[str, str]
) -> None:
    reply = httpx.post(f"{host.url}/oauth2/token", content=content, headers=headers)
    assert reply.status_code == 400
    assert set(reply.json()) == {"error", "error_description"}
    assert reply.headers["cache-control"] == "no-store"


def test_pages_of_other_origins_may_ask(host: OAuthHost) -> None:
    asked = {"Origin": "https://spa.example", "Access-Control-Request-Method": "POST"}
    assert httpx.options(f"{host.url}/oauth2/token", headers=asked).headers["access-control-allow-origin"] == "*"
    reply = httpx.post(f"{host.url}/oauth2/token", headers={**asked, "Sec-Fetch-Site": "cross-site"})
    assert reply.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in reply.headers


def test_many_at_once_get_a_token_each_and_the_wrong_ones_do_not(host: OAuthHost) -> None:
    with host.storage.writing() as work:
        clients = [make_client(work, "service", name=f"Client {number}") for number in range(4)]

    def ask(number: int) -> tuple[int, str]:
        client = clients[number % 4]
        secret = client.secret if number % 5 else "wrong"
        fields = {"grant_type": "client_credentials", "client_id": client.id, "client_secret": secret}
        reply = httpx.post(f"{host.url}/oauth2/token", data=fields)
        return reply.status_code, reply.json().get("access_token", "")

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(ask, range(60)))
    assert [status for status, _ in answers] == [200 if number % 5 else 401 for number in range(60)]
    tokens = {token for _, token in answers if token}
    assert len(tokens) == 48


def test_silence_is_kept_where_it_was_asked_for(host: OAuthHost) -> None:
    with host.storage.writing() as work:
        client = make_client(work)
    pkce, browser = Pkce.new(), Browser(host)
    silent = authorize_url(client.id, "https://app.example/callback", pkce.challenge, prompt="none")
    assert fields_of(browser.go(silent).headers["location"])["error"] == "login_required"
    browser.sign_in()
    assert fields_of(browser.go(silent).headers["location"])["error"] == "consent_required"
    browser.agree(silent.replace("prompt=none", "prompt="))
    assert "code" in fields_of(browser.go(silent).headers["location"])


def test_refusing_is_told_to_the_client(host: OAuthHost) -> None:
    with host.storage.writing() as work:
        client = make_client(work)
    browser = Browser(host).sign_in()
    page = browser.go(authorize_url(client.id, "https://app.example/callback", Pkce.new().challenge, state="s"))
    back = fields_of(browser.decide(page, "no").headers["location"])
    assert (back["error"], back["state"], back["iss"]) == ("access_denied", "s", host.url)


def test_another_sites_form_decides_nothing(host: OAuthHost) -> None:
    with host.storage.writing() as work:
        client = make_client(work)
    browser = Browser(host).sign_in()
    url = authorize_url(client.id, "https://app.example/callback", Pkce.new().challenge)
    fields = {"request": url.partition("?")[2], "session": "ses_x", "decision": "yes"}
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        assert browser.http.post("/console/authorize", data=fields, headers=headers).status_code == 403
    own = browser.http.post("/console/authorize", data=fields, headers={"Sec-Fetch-Site": "same-origin"})
    assert own.headers["location"].startswith("/console/authorize?"), "the account that was shown is another one"


def test_an_unknown_client_is_told_to_the_person(host: OAuthHost) -> None:
    page = Browser(host).sign_in().go(authorize_url("app_unknown", "https://evil.example/", Pkce.new().challenge))
    assert page.status_code == 400
    assert "evil.example" not in page.text


def test_signing_in_first_leads_back_by_a_page_where_consent_is_known(host: OAuthHost) -> None:
    with host.storage.writing() as work:
        client = make_client(work)
    url = authorize_url(client.id, "https://app.example/callback", Pkce.new().challenge)
    Browser(host).sign_in().agree(url)
    browser = Browser(host)
    sign_in = browser.http.get(browser.http.get(url).headers["location"])
    browser.sign_in()
    page = browser.go(fields_of(sign_in.headers["location"])["next"])
    assert page.status_code == 200
    assert "https://app.example/callback?code=" in page.text


def test_a_person_approves_a_device_on_its_page(host: OAuthHost) -> None:
    begun = httpx.post(f"{host.url}/oauth2/device_authorization", data={"client_id": "passgate"}).json()
    browser = Browser(host)
    assert "E-mail" in browser.go("/oauth2/device").text
    browser.sign_in()
    assert "Type the code" in browser.go("/oauth2/device").text
    wrong = browser.http.post("/console/device", data={"user_code": "X"}, headers={"Sec-Fetch-Site": "same-origin"})
    assert wrong.status_code == 404
    page = browser.go(begun["verification_uri_complete"].removeprefix(host.url))
    assert begun["user_code"] in page.text
    assert "Connected" in browser.decide(page).text
    grant = "urn:ietf:params:oauth:grant-type:device_code"
    fields = {"grant_type": grant, "client_id": "passgate", "device_code": begun["device_code"]}
    token = httpx.post(f"{host.url}/oauth2/token", data=fields).json()["access_token"]
    session = httpx.get(f"{host.url}/api/v1/session", headers={"Authorization": f"Bearer {token}"})
    assert session.json()["user"]["email"] == "ada@example.com"
