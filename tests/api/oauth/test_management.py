"""The management of OAuth: who may, and what is refused."""

from typing import Any

import httpx
import pytest

from api.house import House, answer
from issuer_site import ec_key
from oauth_server import OAuthHost
from passgate.identity.oauth.registration import create_registration_token
from passgate.identity.oauth.schemas import RegistrationTokenIn
from passgate.identity.service.teams import list_teams
from passgate.kernel.actor import SYSTEM
from passgate.kernel.pagination import PageRequest

WEB = {"kind": "web", "redirect_uris": ["https://app.example/cb"], "audiences": ["https://orders.example"]}

EC_KEY = ec_key("k1").as_dict(private=False)
SIGNING = {"client_name": "Bot", "token_endpoint_auth_method": "private_key_jwt"}


def path(house: House, more: str = "") -> str:
    return f"/api/v1/applications/{house.red_application}/oauth{more}"


def test_settings_are_set_read_and_removed(house: House) -> None:
    answer(house.owner.get(path(house)), 404)
    made = answer(house.owner.put(path(house), json=WEB), 200)
    assert (made["auth_method"], made["audiences"]) == ("client_secret", ["https://orders.example"])
    secret = answer(house.owner.post(path(house, "/secrets"), json={}), 201)
    assert secret["secret"].endswith(secret["hint"])
    shown = answer(house.viewer.get(path(house)), 200)
    assert [each["id"] for each in shown["secrets"]] == [secret["id"]]
    assert secret["secret"] not in str(shown)
    answer(house.owner.delete(path(house, f"/secrets/{secret['id']}")), 204)
    answer(house.owner.delete(path(house)), 204)
    answer(house.owner.get(path(house)), 404)


def test_who_may_not(house: House) -> None:
    answer(house.viewer.put(path(house), json=WEB), 403)
    answer(house.stranger.put(path(house), json=WEB), 404)
    answer(house.stranger.get(path(house)), 404)
    answer(house.nobody.get(path(house)), 401)
    answer(house.owner.put(path(house), json=WEB), 200)
    answer(house.viewer.post(path(house, "/secrets"), json={}), 403)
    answer(house.stranger.post(path(house, "/secrets"), json={}), 404)
    answer(house.stranger.delete(path(house)), 404)
    given = {"team_id": house.red, "name": "ci"}
    answer(house.viewer.post("/api/v1/registration-tokens", json=given), 403)
    answer(house.stranger.post("/api/v1/registration-tokens", json=given), 404)
    made = answer(house.owner.post("/api/v1/registration-tokens", json=given), 201)
    assert answer(house.stranger.get("/api/v1/registration-tokens"), 200) == []
    answer(house.stranger.delete(f"/api/v1/registration-tokens/{made['id']}"), 404)
    answer(house.owner.delete(f"/api/v1/registration-tokens/{made['id']}"), 204)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"redirect_uris": ["http://app.example/cb"]}, "redirect_uris"),
        ({"redirect_uris": ["https://app.example/*"]}, "redirect_uris"),
        ({"redirect_uris": ["https://app.example/cb#x"]}, "redirect_uris"),
        ({"redirect_uris": ["javascript:alert(1)"]}, "redirect_uris"),
        ({"redirect_uris": ["com.example.app:/cb"]}, "redirect_uris"),
        ({"kind": "spa", "auth_method": "client_secret"}, "auth_method"),
        ({"kind": "service"}, "redirect_uris"),
        ({"auth_method": "private_key_jwt"}, "jwks"),
        ({"auth_method": "private_key_jwt", "jwks": {"keys": [{"kty": "oct", "k": "x"}]}}, "jwks"),
        ({"backchannel_logout_uri": "http://app.example/out"}, "backchannel_logout_uri"),
        ({"access_token_seconds": 1}, "access_token_seconds"),
    ],
)
def test_settings_that_break_a_rule_change_nothing(house: House, change: dict[str, Any], word: str) -> None:
    refused = answer(house.owner.put(path(house), json=WEB | change), 422)
    assert word in refused["detail"]
    answer(house.owner.get(path(house)), 404)


@pytest.mark.parametrize(
    "audience", ["passgate", "passgate-api", "https://passgate", "passgate/", "https://gate.example", "app_x"]
)
def test_reserved_audiences_are_refused(house: House, audience: str) -> None:
    refused = answer(house.owner.put(path(house), json=WEB | {"audiences": [audience]}), 422)
    assert refused["code"] == "audience_reserved"


def test_an_audience_belongs_to_one_team(house: House) -> None:
    answer(house.owner.put(path(house), json=WEB), 200)
    blue = f"/api/v1/applications/{house.blue_application}/oauth"
    assert answer(house.stranger.put(blue, json=WEB), 409)["code"] == "audience_taken"


def test_another_way_to_show_who_it_is_ends_the_secrets(house: House) -> None:
    answer(house.owner.put(path(house), json=WEB), 200)
    answer(house.owner.post(path(house, "/secrets"), json={}), 201)
    changed = answer(house.owner.put(path(house), json={"kind": "spa", "redirect_uris": WEB["redirect_uris"]}), 200)
    assert (changed["auth_method"], changed["secrets"]) == ("none", [])
    assert answer(house.owner.post(path(house, "/secrets"), json={}), 409)["code"] == "client_has_no_secret"


def initial_token(host: OAuthHost) -> str:
    with host.storage.writing() as work:
        from factories import make_team  # noqa: PLC0415 - beside its only use

        team = make_team(work)
        assert list_teams(SYSTEM, work, PageRequest()).items
        return create_registration_token(SYSTEM, work, RegistrationTokenIn(team_id=team.id, name="ci")).text


def register(host: OAuthHost, token: str, metadata: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return httpx.post(f"{host.url}/oauth2/register", json=metadata, headers=headers)


def test_a_client_registers_itself_and_gets_tokens(host: OAuthHost) -> None:
    token = initial_token(host)
    made = register(host, token, {"client_name": "Bot", "grant_types": ["client_credentials"], "scope": "a b"})
    assert made.status_code == 201, made.text
    client = made.json()
    assert client["grant_types"][0] == "client_credentials"
    fields = {"grant_type": "client_credentials", "scope": "a"}
    reply = httpx.post(f"{host.url}/oauth2/token", data=fields, auth=(client["client_id"], client["client_secret"]))
    assert reply.json()["scope"] == "a"


def test_a_client_registers_the_address_of_its_keys(host: OAuthHost) -> None:
    uri = "https://app.example/jwks"
    made = register(host, initial_token(host), SIGNING | {"jwks_uri": uri, "grant_types": ["client_credentials"]})
    assert made.status_code == 201, made.text
    assert made.json()["jwks_uri"] == uri
    assert "client_secret" not in made.json()


@pytest.mark.parametrize(
    ("metadata", "error"),
    [
        ({"redirect_uris": ["http://evil.example/cb"]}, "invalid_redirect_uri"),
        ({"redirect_uris": "x"}, "invalid_redirect_uri"),
        ({"token_endpoint_auth_method": "client_secret_jwt"}, "invalid_client_metadata"),
        ({"response_types": ["token"]}, "invalid_client_metadata"),
        ({"jwks_uri": "https://app.example/jwks"}, "invalid_client_metadata"),
        (SIGNING | {"jwks_uri": "http://app.example/jwks"}, "invalid_client_metadata"),
        (SIGNING | {"jwks_uri": "https://app.example/jwks", "jwks": {"keys": [EC_KEY]}}, "invalid_client_metadata"),
        ({"client_name": ""}, "invalid_client_metadata"),
        ({"client_name": 7}, "invalid_client_metadata"),
        ({"scope": ["a"]}, "invalid_client_metadata"),
        ({"grant_types": "client_credentials"}, "invalid_client_metadata"),
        ([], "invalid_client_metadata"),
    ],
)
def test_metadata_that_breaks_a_rule_registers_nothing(host: OAuthHost, metadata: Any, error: str) -> None:
    token = initial_token(host)
    reply = register(host, token, metadata)
    assert (reply.status_code, reply.json()["error"]) == (400, error)


def test_nobody_registers_without_an_initial_token(host: OAuthHost) -> None:
    for token in ("", "pgi_wrong"):
        reply = register(host, token, {"client_name": "Bot"})
        assert (reply.status_code, reply.json()["error"]) == (401, "invalid_token")


def test_consents_are_ones_own(house: House) -> None:
    answer(house.nobody.get("/api/v1/consents"), 401)
    assert answer(house.viewer.get("/api/v1/consents"), 200) == {"items": []}
    somebody = answer(house.admin.get("/api/v1/users"), 200)["items"][0]["id"]
    answer(house.viewer.get(f"/api/v1/consents?user_id={somebody}"), 403)
    answer(house.viewer.delete(f"/api/v1/consents/{house.red_application}"), 404)
    answer(house.viewer.delete(f"/api/v1/consents/{house.red_application}?user_id={somebody}"), 403)
    assert answer(house.admin.get(f"/api/v1/consents?user_id={somebody}"), 200) == {"items": []}
