"""Clients show who they are: by one credential, of their own kind."""

import base64
import json
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import ECKey

from factories import ISSUER
from moving_clock import MovingClock
from oauth_clients import SITE, MadeClient, ask, make_client
from passgate.identity.oauth.assertions import ASSERTION_TYPE
from passgate.identity.oauth.protocol import OAuthRequest, Reply
from passgate.identity.oauth.secrets import end_secret, live_secrets, rotate_secret
from passgate.identity.oauth.token_endpoint import token_reply
from passgate.identity.schemas import ApplicationChange
from passgate.identity.service.applications import update_application
from passgate.kernel.actor import SYSTEM
from passgate.kernel.clock import epoch_seconds
from passgate.storage.work import Storage

KEY = ECKey.generate_key("P-256", {"kid": "k1", "alg": "ES256", "use": "sig"})
JWKS = {"keys": [KEY.as_dict(private=False)]}


def basic(storage: Storage, client_id: str, secret: str, **more: str) -> Reply:
    header = {"authorization": "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()}
    fields = {name: [value] for name, value in ({"grant_type": "client_credentials"} | more).items()}
    with storage.writing() as work:
        return token_reply(work, SITE, OAuthRequest("POST", fields, header))


def assertion(clock: MovingClock, client_id: str, key: ECKey = KEY, **more: Any) -> str:
    now = epoch_seconds(clock.now())
    claims = {"iss": client_id, "sub": client_id, "aud": ISSUER.issuer, "jti": "j1", "iat": now, "exp": now + 60}
    header = {"alg": "ES256", "kid": "k1"}
    return jws.serialize_compact(header, json.dumps(claims | more), key, algorithms=["ES256"])


def assert_by(storage: Storage, text: str) -> Reply:
    given = {"grant_type": "client_credentials", "client_assertion_type": ASSERTION_TYPE, "client_assertion": text}
    return ask(storage, None, **given)


@pytest.fixture
def secretive(storage: Storage) -> MadeClient:
    with storage.writing() as work:
        return make_client(work, "service")


@pytest.fixture
def signing(storage: Storage) -> MadeClient:
    with storage.writing() as work:
        return make_client(work, "service", name="Signer", auth_method="private_key_jwt", jwks=JWKS)


def test_a_secret_in_the_header_or_in_the_body(storage: Storage, secretive: MadeClient) -> None:
    assert basic(storage, secretive.id, secretive.secret).status == 200
    assert basic(storage, secretive.id, secretive.secret.replace("_", "%5F")).status == 200
    assert ask(storage, secretive, grant_type="client_credentials").status == 200


def test_a_wrong_secret_is_refused_with_a_challenge(storage: Storage, secretive: MadeClient) -> None:
    for reply in (
        basic(storage, secretive.id, "pgcs_wrong"),
        basic(storage, "app_unknown", "x"),
        ask(storage, None, grant_type="client_credentials", client_id=secretive.id, client_secret="wrong"),
        ask(storage, None, grant_type="client_credentials", client_id=secretive.id),
        ask(storage, None, grant_type="client_credentials"),
    ):
        assert (reply.status, reply.body["error"]) == (401, "invalid_client")
        assert reply.headers["WWW-Authenticate"].startswith("Basic")


def test_several_credentials_at_once_are_refused(storage: Storage, secretive: MadeClient) -> None:
    reply = basic(storage, secretive.id, secretive.secret, client_secret=secretive.secret)
    assert (reply.status, reply.body["error"]) == (400, "invalid_request")


def test_a_client_of_an_inactive_application_is_refused(storage: Storage, secretive: MadeClient) -> None:
    with storage.writing() as work:
        update_application(SYSTEM, work, secretive.id, ApplicationChange(is_active=False))
    assert ask(storage, secretive, grant_type="client_credentials").body["error"] == "invalid_client"


def test_a_replaced_secret_holds_for_the_overlap(storage: Storage, secretive: MadeClient, clock: MovingClock) -> None:
    with storage.writing() as work:
        fresh = rotate_secret(SYSTEM, work, secretive.id)
    assert basic(storage, secretive.id, secretive.secret).status == 200
    assert basic(storage, secretive.id, fresh.text).status == 200
    clock.advance(days=1)
    assert basic(storage, secretive.id, secretive.secret).status == 401
    assert basic(storage, secretive.id, fresh.text).status == 200
    with storage.writing() as work:
        assert [row.id for row in live_secrets(work, secretive.id)] == [fresh.row.id]
        end_secret(SYSTEM, work, secretive.id, fresh.row.id)
    assert basic(storage, secretive.id, fresh.text).status == 401


def test_an_assertion_holds_once(storage: Storage, signing: MadeClient, clock: MovingClock) -> None:
    text = assertion(clock, signing.id)
    assert assert_by(storage, text).status == 200
    again = assert_by(storage, text)
    assert (again.status, again.body["error_description"]) == (401, "The assertion was used before.")
    assert assert_by(storage, assertion(clock, signing.id, jti="j2")).status == 200


@pytest.mark.parametrize(
    "more",
    [
        {"aud": "https://gate.example/oauth2/token"},
        {"aud": [ISSUER.issuer, "https://other.example"]},
        {"iss": "app_other"},
        {"sub": "app_other"},
        {"exp": 0},
        {"exp": 4_000_000_000},
        {"jti": ""},
        {"jti": "j" * 300},
    ],
)
def test_an_assertion_that_does_not_hold(
    storage: Storage, signing: MadeClient, clock: MovingClock, more: dict[str, Any]
) -> None:
    assert assert_by(storage, assertion(clock, signing.id, **more)).body["error"] == "invalid_client"


def test_an_assertion_of_another_key(storage: Storage, signing: MadeClient, clock: MovingClock) -> None:
    stranger = ECKey.generate_key("P-256", {"kid": "k1", "alg": "ES256"})
    assert assert_by(storage, assertion(clock, signing.id, stranger)).body["error"] == "invalid_client"


def test_who_signs_cannot_use_a_secret_and_the_other_way_round(
    storage: Storage, signing: MadeClient, secretive: MadeClient, clock: MovingClock
) -> None:
    assert basic(storage, signing.id, "x").body["error"] == "invalid_client"
    assert assert_by(storage, assertion(clock, secretive.id)).body["error"] == "invalid_client"


@pytest.mark.parametrize("kind", ["spa", "native"])
def test_what_runs_with_people_gets_no_token_of_its_own(storage: Storage, kind: str) -> None:
    with storage.writing() as work:
        client = make_client(work, kind)
    assert ask(storage, client, grant_type="client_credentials").body["error"] == "unauthorized_client"


def test_old_grants_are_gone(storage: Storage) -> None:
    with storage.writing() as work:
        client = make_client(work)
    for grant in ("password", "implicit", "urn:ietf:params:oauth:grant-type:jwt-bearer"):
        reply = ask(storage, client, grant_type=grant, username="a", password="b")
        assert (reply.status, reply.body["error"]) == (400, "unsupported_grant_type")
