"""Clients of PyPI, unchanged: Authlib, requests-oauthlib and google-auth."""

import os
import warnings
from collections.abc import Iterator

import httpx
import pytest
import requests

from oauth_clients import make_client
from oauth_server import Browser, OAuthHost, Pkce, authorize_url, fields_of

REDIRECT = "http://127.0.0.1:1/callback"


@pytest.fixture
def plain_http(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The peers ask for https unless told otherwise."""
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    yield
    assert "AUTHLIB_INSECURE_TRANSPORT" in os.environ


def metadata(host: OAuthHost) -> dict[str, str]:
    return dict(httpx.get(f"{host.url}/.well-known/oauth-authorization-server").json())


@pytest.mark.usefixtures("plain_http")
def test_authlib_walks_the_code_flow(host: OAuthHost) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on import it points to its successor
        from authlib.integrations.httpx_client import OAuth2Client  # noqa: PLC0415 - under the filter above
    with host.storage.writing() as work:
        made = make_client(work, redirect_uris=[REDIRECT])
    where = metadata(host)
    with OAuth2Client(
        made.id, made.secret, redirect_uri=REDIRECT, scope="openid", code_challenge_method="S256"
    ) as client:
        verifier = "v" * 64
        url, state = client.create_authorization_url(where["authorization_endpoint"], code_verifier=verifier)
        location = Browser(host).sign_in().agree(url.removeprefix(host.url))
        token = client.fetch_token(
            where["token_endpoint"], authorization_response=location, code_verifier=verifier, state=state
        )
        renewed = client.refresh_token(where["token_endpoint"], token["refresh_token"])
        assert client.introspect_token(where["introspection_endpoint"], renewed["access_token"]).json()["active"]
        assert client.revoke_token(where["revocation_endpoint"], renewed["refresh_token"]).status_code == 200
        told = client.introspect_token(where["introspection_endpoint"], renewed["access_token"])
        assert told.json() == {"active": False}


@pytest.mark.usefixtures("plain_http")
def test_requests_oauthlib_walks_the_code_flow_and_asks_in_its_own_name(host: OAuthHost) -> None:
    from oauthlib.oauth2 import BackendApplicationClient  # noqa: PLC0415 - reads the environment
    from requests_oauthlib import OAuth2Session  # noqa: PLC0415 - reads the environment

    with host.storage.writing() as work:
        made = make_client(work, redirect_uris=[REDIRECT])
    where = metadata(host)
    with OAuth2Session(made.id, redirect_uri=REDIRECT, scope=["openid", "email"], pkce="S256") as session:
        url, _ = session.authorization_url(where["authorization_endpoint"])
        location = Browser(host).sign_in().agree(url.removeprefix(host.url))
        session.fetch_token(where["token_endpoint"], authorization_response=location, client_secret=made.secret)
        assert session.get(where["userinfo_endpoint"]).json()["email"] == "ada@example.com"
    with OAuth2Session(client=BackendApplicationClient(client_id=made.id)) as session:
        token = session.fetch_token(where["token_endpoint"], client_id=made.id, client_secret=made.secret)
        assert token["token_type"] == "Bearer"


def test_google_auth_refreshes_and_verifies(host: OAuthHost) -> None:
    from google.auth import jwt as google_jwt  # noqa: PLC0415 - beside its only use
    from google.auth.transport.requests import Request  # noqa: PLC0415 - beside its only use
    from google.oauth2.credentials import Credentials  # noqa: PLC0415 - beside its only use

    with host.storage.writing() as work:
        made = make_client(work, redirect_uris=[REDIRECT])
    where = metadata(host)
    pkce = Pkce.new()
    location = Browser(host).sign_in().agree(authorize_url(made.id, REDIRECT, pkce.challenge))
    fields = {"grant_type": "authorization_code", "code": fields_of(location)["code"], "redirect_uri": REDIRECT}
    fields |= {"code_verifier": pkce.verifier} | made.credentials()
    first = httpx.post(where["token_endpoint"], data=fields).json()
    credentials = Credentials(
        None,
        refresh_token=first["refresh_token"],
        token_uri=where["token_endpoint"],
        client_id=made.id,
        client_secret=made.secret,
    )
    with requests.Session() as session:
        credentials.refresh(Request(session))
    assert credentials.valid
    assert google_jwt.decode(credentials.token, verify=False)["client_id"] == made.id
