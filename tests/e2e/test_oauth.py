"""The OAuth server behind the real gate: its tokens pass, and what it revokes is refused there."""

import re
import subprocess
import sys

import httpx

from e2e.running import PASSWORD, Administrator, until
from fake_vendor import FakeVendor, json_reply

HOME = "/orders/anything"


def client_of(ada: Administrator, name: str, **settings: object) -> tuple[str, str]:
    """An application with OAuth settings and a secret."""
    application = ada.application(name)
    ada.request("PUT", f"/applications/{application}/oauth", {"kind": "service", **settings})
    return application, str(ada.post(f"/applications/{application}/oauth/secrets")["secret"])


def test_a_service_gets_its_token_passes_the_gate_and_gives_it_back(
    ada: Administrator, openai_vendor: FakeVendor
) -> None:
    openai_vendor.reply("/anything", json_reply({"ok": True}))
    service = ada.service("orders", openai_vendor.url, access="subscription")
    client, secret = client_of(ada, "checkout")
    ada.post("/subscriptions", {"service_id": service, "application_id": client})
    ada.in_force()
    url = ada.passgate.url
    where = httpx.get(f"{url}/.well-known/oauth-authorization-server").json()
    assert where["issuer"] == url
    form = {"grant_type": "client_credentials"}
    token = httpx.post(where["token_endpoint"], data=form, auth=(client, secret)).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    assert httpx.get(f"{url}{HOME}", headers=headers).json() == {"ok": True}
    done = httpx.post(where["revocation_endpoint"], data={"token": token}, auth=(client, secret))
    assert done.status_code == 200
    until(lambda: httpx.get(f"{url}{HOME}", headers=headers).status_code == 401, what="a refusal")
    told = httpx.post(where["introspection_endpoint"], data={"token": token}, auth=(client, secret))
    assert told.json() == {"active": False}


def test_a_token_for_another_audience_does_not_pass_the_gate(ada: Administrator, openai_vendor: FakeVendor) -> None:
    openai_vendor.reply("/anything", json_reply({"ok": True}))
    ada.service("orders", openai_vendor.url, access="token")
    client, secret = client_of(ada, "checkout", audiences=["https://stock.example"])
    ada.in_force()
    url = ada.passgate.url
    form = {"grant_type": "client_credentials", "resource": "https://stock.example"}
    token = httpx.post(f"{url}/oauth2/token", data=form, auth=(client, secret)).json()["access_token"]
    assert httpx.get(f"{url}{HOME}", headers={"Authorization": f"Bearer {token}"}).status_code in {401, 403}


def test_passgate_login_by_the_browser(ada: Administrator, tmp_path) -> None:  # noqa: ANN001 - pytest's own
    passgate = ada.passgate
    environment = passgate.environment() | {"HOME": str(tmp_path)}
    login = subprocess.Popen(
        [sys.executable, "-m", "passgate", "login", passgate.url], env=environment, stderr=subprocess.PIPE, text=True
    )
    assert login.stderr is not None
    address = re.search(r"Open (\S+)", login.stderr.readline())
    assert address is not None
    own = {"Sec-Fetch-Site": "same-origin"}
    with httpx.Client(base_url=passgate.url, headers={"User-Agent": "Mozilla/5.0 Firefox/130.0"}) as browser:
        fields = {"email": "ada@example.org", "password": PASSWORD, "next": "/console/"}
        assert browser.post("/console/sign-in", data=fields, headers=own).status_code == 303
        page = browser.get(address[1], follow_redirects=True)
        hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
        done = browser.post("/console/device", data=hidden | {"decision": "yes"}, headers=own)
        assert "Connected" in done.text
    assert login.wait(30) == 0
    login.stderr.close()
    kept = tmp_path / ".config" / "passgate" / "credentials.json"
    assert kept.stat().st_mode & 0o777 == 0o600
    shown = subprocess.run(
        [sys.executable, "-m", "passgate", "login", passgate.url, "--token"],
        env=environment, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    headers = {"Authorization": f"Bearer {shown.stdout.strip()}"}
    assert httpx.get(f"{passgate.url}/api/v1/session", headers=headers).json()["user"]["email"] == "ada@example.org"
    out = [sys.executable, "-m", "passgate", "logout", passgate.url]
    assert subprocess.run(out, env=environment, check=False, timeout=60, capture_output=True).returncode == 0
    assert httpx.get(f"{passgate.url}/api/v1/session", headers=headers).status_code == 401
