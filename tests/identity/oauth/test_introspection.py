"""Introspection and revocation."""

from typing import Any

import pytest

from factories import ISSUER, make_application, make_token
from moving_clock import MovingClock
from oauth_clients import SITE, MadeClient, ask, code_of, is_live, make_client, redeem, refresh
from passgate.identity.models import BrowserSession, Team
from passgate.identity.oauth.protocol import OAuthRequest, Reply
from passgate.identity.oauth.token_endpoint import introspection_reply, revocation_reply
from passgate.identity.service.revocation import revocations_since
from passgate.storage.work import Storage


@pytest.fixture
def client(storage: Storage) -> MadeClient:
    with storage.writing() as work:
        return make_client(work, audiences=["https://own.example"])


def introspect(storage: Storage, client: MadeClient, token: str) -> dict[str, Any]:
    fields = {name: [value] for name, value in (client.credentials() | {"token": token}).items()}
    with storage.reading() as work:
        return dict(introspection_reply(work, SITE, OAuthRequest("POST", fields, {})).body)


def revoke(storage: Storage, client: MadeClient, token: str) -> Reply:
    fields = {name: [value] for name, value in (client.credentials() | {"token": token}).items()}
    with storage.writing() as work:
        return revocation_reply(work, SITE, OAuthRequest("POST", fields, {}))


def test_a_live_token_is_told_about(storage: Storage, client: MadeClient, clock: MovingClock) -> None:
    token = ask(storage, client, grant_type="client_credentials").body["access_token"]
    told = introspect(storage, client, token)
    assert told["active"] is True
    assert (told["sub"], told["client_id"], told["iss"], told["token_type"]) == (
        client.id,
        client.id,
        ISSUER.issuer,
        "Bearer",
    )
    clock.advance(seconds=3700)
    assert introspect(storage, client, token) == {"active": False}


def test_only_those_whom_it_concerns_learn_of_it(storage: Storage, client: MadeClient) -> None:
    with storage.writing() as work:
        team = work.session.get_one(Team, client.application.team_id)
        colleague, stranger = make_client(work, "service", team, "Colleague"), make_client(work, name="Stranger")
        public = make_client(work, "spa", name="Page")
    token = ask(storage, client, grant_type="client_credentials").body["access_token"]
    assert introspect(storage, colleague, token)["active"] is True
    assert introspect(storage, stranger, token) == {"active": False}
    assert introspect(storage, public, token)["error"] == "invalid_client"


def test_tokens_of_people_and_of_hands_are_known_too(storage: Storage, client: MadeClient) -> None:
    with storage.writing() as work:
        team = work.session.get_one(Team, client.application.team_id)
        by_hand = make_token(work, make_application(work, team, "By hand")).token
    assert introspect(storage, client, by_hand)["active"] is True


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "pgr_0", "x" * 9000])
def test_what_is_no_token_is_not_active(storage: Storage, client: MadeClient, token: str) -> None:
    assert introspect(storage, client, token or "-") == {"active": False}


def test_a_revoked_jwt_is_on_the_deny_list(storage: Storage, client: MadeClient) -> None:
    token = ask(storage, client, grant_type="client_credentials").body["access_token"]
    assert (revoke(storage, client, token).status, revoke(storage, client, token).status) == (200, 200)
    assert introspect(storage, client, token) == {"active": False}
    with storage.reading() as work:
        assert [entry.kind for entry in revocations_since(work, 0)] == ["token"]


def test_a_revoked_refresh_token_takes_its_family_along(
    storage: Storage, client: MadeClient, session: BrowserSession
) -> None:
    tokens = redeem(storage, client, code_of(storage, client, session)).body
    assert revoke(storage, client, tokens["refresh_token"]).status == 200
    assert not is_live(storage, tokens["access_token"])
    assert refresh(storage, client, tokens["refresh_token"]).body["error"] == "invalid_grant"


def test_nobody_revokes_another_clients_token(storage: Storage, client: MadeClient, session: BrowserSession) -> None:
    with storage.writing() as work:
        other = make_client(work, name="Other")
    tokens = redeem(storage, client, code_of(storage, client, session)).body
    for token in (tokens["access_token"], tokens["refresh_token"]):
        assert revoke(storage, other, token).status == 200
    assert is_live(storage, tokens["access_token"])
    assert refresh(storage, client, tokens["refresh_token"]).status == 200
