"""Authorization codes: exact, once, with PKCE."""

import pytest

from moving_clock import MovingClock
from oauth_clients import (
    CALLBACK,
    SITE,
    authorization_fields,
    code_of,
    is_live,
    make_client,
    redeem,
    refresh,
)
from passgate.identity.models import BrowserSession
from passgate.identity.oauth.authorizing import NotRedirectableError, read_request
from passgate.storage.work import Storage


@pytest.mark.parametrize(
    "redirect_uri",
    [
        "https://app.example/callback/",
        "https://app.example/callback?x=1",
        "https://APP.example/callback",
        "https://app.example:443/callback",
        "https://app.example.evil.example/callback",
        "https://app.example/callback/../evil",
        "http://app.example/callback",
        "",
    ],
)
def test_a_redirect_uri_that_differs_in_one_letter_is_never_used(storage: Storage, redirect_uri: str) -> None:
    with storage.writing() as work:
        client = make_client(work)
        with pytest.raises(NotRedirectableError):
            read_request(work, SITE, authorization_fields(client, redirect_uri=redirect_uri))


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": ""}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"scope": "openid admin"}, "invalid_scope"),
        ({"resource": "https://other.example"}, "invalid_target"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"prompt": "create"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"request": "ey"}, "invalid_request"),
        ({"response_mode": "fragment"}, "invalid_request"),
    ],
)
def test_what_does_not_hold_is_told_to_the_client(storage: Storage, more: dict[str, str], error: str) -> None:
    with storage.writing() as work:
        client = make_client(work)
        location = read_request(work, SITE, authorization_fields(client, state="s", **more))
    assert isinstance(location, str)
    assert location.startswith(f"{CALLBACK}?error={error}&")
    assert "state=s" in location
    assert "iss=https" in location


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"code_verifier": "w" * 43}, "invalid_grant"),
        ({"code_verifier": ""}, "invalid_request"),
        ({"redirect_uri": "https://app.example/other"}, "invalid_grant"),
        ({"redirect_uri": ""}, "invalid_grant"),
        ({"code": "pgc_unknown"}, "invalid_grant"),
    ],
)
def test_a_code_needs_its_verifier_and_its_redirect_uri(
    storage: Storage, session: BrowserSession, more: dict[str, str], error: str
) -> None:
    with storage.writing() as work:
        client = make_client(work)
    code = code_of(storage, client, session)
    assert redeem(storage, client, code, **more).body["error"] == error
    assert redeem(storage, client, code).status == 200, "the failed attempt has cost nothing"


def test_a_code_is_of_its_client(storage: Storage, session: BrowserSession) -> None:
    with storage.writing() as work:
        client, other = make_client(work), make_client(work, name="Other")
    code = code_of(storage, client, session)
    assert redeem(storage, other, code).body["error"] == "invalid_grant"
    assert redeem(storage, client, code).status == 200


def test_a_code_lives_a_minute(storage: Storage, session: BrowserSession, clock: MovingClock) -> None:
    with storage.writing() as work:
        client = make_client(work)
    code = code_of(storage, client, session)
    clock.advance(seconds=60)
    assert redeem(storage, client, code).body["error"] == "invalid_grant"


def test_a_code_used_twice_ends_all_that_came_of_it(storage: Storage, session: BrowserSession) -> None:
    with storage.writing() as work:
        client = make_client(work)
    code = code_of(storage, client, session)
    tokens = redeem(storage, client, code).body
    assert is_live(storage, tokens["access_token"])
    assert redeem(storage, client, code).body["error"] == "invalid_grant"
    assert not is_live(storage, tokens["access_token"])
    assert refresh(storage, client, tokens["refresh_token"]).body["error"] == "invalid_grant"


def test_a_native_application_listens_on_any_port_of_the_loopback(storage: Storage) -> None:
    with storage.writing() as work:
        client = make_client(work, "native", redirect_uris=["http://127.0.0.1/cb", "com.example.app:/cb"])
        for uri in ("http://127.0.0.1:49152/cb", "com.example.app:/cb"):
            assert not isinstance(read_request(work, SITE, authorization_fields(client, redirect_uri=uri)), str)
        for uri in ("http://127.0.0.1:49152/other", "http://localhost:49152/cb", "com.example.app:/other"):
            with pytest.raises(NotRedirectableError):
                read_request(work, SITE, authorization_fields(client, redirect_uri=uri))


def test_a_web_application_has_one_port(storage: Storage) -> None:
    with storage.writing() as work:
        client = make_client(work, redirect_uris=["http://127.0.0.1:3000/cb"])
        with pytest.raises(NotRedirectableError):
            read_request(work, SITE, authorization_fields(client, redirect_uri="http://127.0.0.1:3001/cb"))


def test_a_token_is_for_the_resource_that_was_asked_for(storage: Storage, session: BrowserSession) -> None:
    with storage.writing() as work:
        client = make_client(work, audiences=["https://orders.example"])
    code = code_of(storage, client, session, resource="https://orders.example")
    assert redeem(storage, client, code, resource="passgate").body["error"] == "invalid_target"
    reply = redeem(storage, client, code)
    assert reply.status == 200
