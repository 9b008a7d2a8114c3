"""What the audit log tells of OAuth: who agreed, who connected a device, and whose credential did not hold."""

import json
from typing import Any

import httpx
import pytest

from oauth_clients import make_client
from oauth_server import Browser, OAuthHost, Pkce, authorize_url
from passgate.identity.service.audit import export_lines
from passgate.kernel.actor import SYSTEM

CALLBACK = "https://app.example/callback"


def _entries(host: OAuthHost, *acts: str) -> list[dict[str, Any]]:
    with host.storage.reading() as work:
        lines = [json.loads(line) for line in export_lines(SYSTEM, work)]
    return [line for line in lines if line["act"] in acts]


def test_who_agreed_and_who_signed_out_stands_there(host: OAuthHost) -> None:
    with host.storage.writing() as work:
        client = make_client(work, redirect_uris=[CALLBACK])
    browser = Browser(host).sign_in()
    browser.agree(authorize_url(client.id, CALLBACK, Pkce.new().challenge))
    browser.decide(browser.go("/oauth2/logout"))
    agreed, ended = _entries(host, "oauth_consent.created", "browser_session.changed")
    for entry in (agreed, ended):
        assert (entry["actor"]["kind"], entry["ip"]) == ("user", "127.0.0.1")
        assert entry["via"].startswith("ses_")
    assert client.id in agreed["target"]["id"]


@pytest.mark.parametrize(("decision", "act"), [("yes", "device.approved"), ("no", "device.refused")])
def test_who_connected_a_device_stands_there(host: OAuthHost, decision: str, act: str) -> None:
    begun = httpx.post(f"{host.url}/oauth2/device_authorization", data={"client_id": "passgate"}).json()
    browser = Browser(host).sign_in()
    browser.decide(browser.go(begun["verification_uri_complete"].removeprefix(host.url)), decision)
    (entry,) = _entries(host, "device.approved", "device.refused")
    assert (entry["act"], entry["actor"]["kind"], entry["target"]["id"]) == (act, "user", "passgate")
    assert begun["device_code"] not in json.dumps(entry)


def test_a_wrong_credential_is_told_once_a_minute(host: OAuthHost) -> None:
    with host.storage.writing() as work:
        client = make_client(work, "service")
    form = {"grant_type": "client_credentials"}
    for _ in range(3):
        assert httpx.post(f"{host.url}/oauth2/token", data=form, auth=(client.id, "wrong")).status_code == 401
    assert httpx.post(f"{host.url}/oauth2/revoke", data={"token": "x"}, auth=("nobody\u00a0\n", "x")).status_code == 401
    assert httpx.post(f"{host.url}/oauth2/token", data=form, auth=(client.id, client.secret)).is_success
    first, second = _entries(host, "client.refused")
    assert (first["target"]["id"], first["result"], first["reason"]) == (client.id, "refused", "invalid_client")
    assert (first["actor"]["kind"], first["ip"]) == ("nobody", "127.0.0.1")
    assert "wrong" not in json.dumps(first)
    assert second["target"]["id"] == ""
