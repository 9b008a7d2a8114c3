"""Devices: a code to show, a person who decides, a device that waits."""

import pytest

from identity.presenting import actor_of_token
from moving_clock import MovingClock
from oauth_clients import SITE, MadeClient, ask, is_live, make_client, refresh
from passgate.identity.models import BrowserSession
from passgate.identity.oauth.device_approval import UserCodeError, decide
from passgate.identity.oauth.protocol import OAuthRequest, Reply
from passgate.identity.oauth.token_endpoint import device_reply
from passgate.storage.work import Storage

GRANT = "urn:ietf:params:oauth:grant-type:device_code"


@pytest.fixture
def client(storage: Storage) -> MadeClient:
    with storage.writing() as work:
        return make_client(work, "native")


def begin(storage: Storage, client_id: str, **more: str) -> Reply:
    fields = {name: [value] for name, value in ({"client_id": client_id} | more).items()}
    with storage.writing() as work:
        return device_reply(work, SITE, OAuthRequest("POST", fields, {}))


def poll(storage: Storage, client: MadeClient, device_code: str) -> Reply:
    return ask(storage, client, grant_type=GRANT, device_code=device_code)


def approve(storage: Storage, session: BrowserSession, user_code: str, *, approved: bool = True) -> None:
    with storage.writing() as work:
        decide(work, user_code, session, approved=approved)


def test_a_device_waits_and_gets_its_tokens(
    storage: Storage, client: MadeClient, session: BrowserSession, clock: MovingClock
) -> None:
    begun = begin(storage, client.id, scope="openid").body
    assert begun["verification_uri"] == "https://gate.example/oauth2/device"
    assert poll(storage, client, begun["device_code"]).body["error"] == "authorization_pending"
    clock.advance(seconds=5)
    typed = begun["user_code"].lower().replace("-", " ")
    approve(storage, session, typed)
    tokens = poll(storage, client, begun["device_code"])
    assert tokens.status == 200
    assert is_live(storage, tokens.body["access_token"])
    assert refresh(storage, client, tokens.body["refresh_token"]).status == 200
    assert poll(storage, client, begun["device_code"]).body["error"] == "invalid_grant"


def test_who_asks_too_often_is_slowed_down(storage: Storage, client: MadeClient, clock: MovingClock) -> None:
    begun = begin(storage, client.id).body
    poll(storage, client, begun["device_code"])
    clock.advance(seconds=1)
    assert poll(storage, client, begun["device_code"]).body["error"] == "slow_down"
    clock.advance(seconds=5)
    assert poll(storage, client, begun["device_code"]).body["error"] == "slow_down"
    clock.advance(seconds=15)
    assert poll(storage, client, begun["device_code"]).body["error"] == "authorization_pending"


def test_refused_expired_and_unknown(
    storage: Storage, client: MadeClient, session: BrowserSession, clock: MovingClock
) -> None:
    refused, late = begin(storage, client.id).body, begin(storage, client.id).body
    approve(storage, session, refused["user_code"], approved=False)
    assert poll(storage, client, refused["device_code"]).body["error"] == "access_denied"
    with pytest.raises(UserCodeError):
        approve(storage, session, refused["user_code"])
    clock.advance(seconds=600)
    assert poll(storage, client, late["device_code"]).body["error"] == "expired_token"
    with pytest.raises(UserCodeError):
        approve(storage, session, late["user_code"])
    assert poll(storage, client, "pgd_unknown").body["error"] == "invalid_grant"


def test_a_device_code_is_of_its_client(storage: Storage, client: MadeClient) -> None:
    with storage.writing() as work:
        other = make_client(work, "native", name="Other")
    begun = begin(storage, client.id).body
    assert poll(storage, other, begun["device_code"]).body["error"] == "unauthorized_client"


def test_the_command_line_gets_a_token_of_the_management_api(storage: Storage, session: BrowserSession) -> None:
    begun = begin(storage, "passgate").body
    approve(storage, session, begun["user_code"])
    reply = ask(storage, None, grant_type=GRANT, client_id="passgate", device_code=begun["device_code"])
    with storage.reading() as work:
        assert actor_of_token(work, reply.body["access_token"], SITE.issuer).id == session.user_id


def test_only_native_applications_begin(storage: Storage) -> None:
    with storage.writing() as work:
        client = make_client(work, "spa")
    assert begin(storage, client.id).body["error"] == "unauthorized_client"
