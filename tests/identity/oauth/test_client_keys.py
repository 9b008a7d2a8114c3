"""Keys that a client publishes: fetched beside the token endpoint, kept, and fetched again for a new one."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import RSAKey

from factories import ISSUER
from issuer_site import IssuerSite, Key, ec_key, issuer_site
from moving_clock import MovingClock
from oauth_clients import ask, make_client
from passgate.identity.oauth.assertions import ASSERTION_TYPE
from passgate.identity.oauth.client_keys import follow_client_keys
from passgate.identity.oauth.protocol import Reply
from passgate.identity.oauth.schemas import ClientSettings, ClientSettingsIn
from passgate.identity.oauth.settings import client_settings, set_client_settings
from passgate.kernel.actor import SYSTEM
from passgate.kernel.clock import epoch_seconds
from passgate.kernel.fetching import Fetching
from passgate.storage.work import Storage

FETCHING = Fetching(private_addresses=True, redirects=0)


@pytest.fixture
def site() -> Iterator[IssuerSite]:
    with issuer_site() as site:
        yield site


@pytest.fixture
def client_id(storage: Storage, site: IssuerSite) -> str:
    with storage.writing() as work:
        return make_client(work, "service", auth_method="private_key_jwt", jwks_uri=f"{site.url}/jwks").id


def call(storage: Storage, clock: MovingClock, client_id: str, key: Key, **header: Any) -> Reply:
    now = epoch_seconds(clock.now())
    claims = {"iss": client_id, "sub": client_id, "aud": ISSUER.issuer, "jti": storage.ids.new("j"), "exp": now + 60}
    head = {"alg": "ES256", "kid": key.kid} | header
    text = jws.serialize_compact(head, json.dumps(claims), key, algorithms=[head["alg"]])
    given = {"grant_type": "client_credentials", "client_assertion_type": ASSERTION_TYPE, "client_assertion": text}
    return ask(storage, None, **given)


def settings(storage: Storage, client_id: str) -> ClientSettings:
    with storage.reading() as work:
        return client_settings(SYSTEM, work, client_id)


def test_keys_are_fetched_and_a_new_one_is_known_a_minute_later(
    storage: Storage, site: IssuerSite, clock: MovingClock, client_id: str
) -> None:
    assert call(storage, clock, client_id, site.keys[0]).status == 401
    assert follow_client_keys(storage, FETCHING) == 1
    assert call(storage, clock, client_id, site.keys[0]).status == 200
    site.keys.append(ec_key("two"))
    refused = call(storage, clock, client_id, site.keys[1])
    assert (refused.status, refused.body["error"]) == (401, "invalid_client")
    assert "jwks_uri" in refused.body["error_description"]
    assert follow_client_keys(storage, FETCHING) == 0, "it was looked at a moment ago"
    clock.advance(minutes=1)
    assert follow_client_keys(storage, FETCHING) == 1
    assert call(storage, clock, client_id, site.keys[1]).status == 200


def test_the_last_good_keys_outlive_a_failure_and_are_looked_at_every_five_minutes(
    storage: Storage, site: IssuerSite, clock: MovingClock, client_id: str
) -> None:
    follow_client_keys(storage, FETCHING)
    for answer in ((500, {}), (302, {}), (200, {"keys": []}), (200, [])):
        site.answers["/jwks"] = answer
        clock.advance(minutes=5)
        assert follow_client_keys(storage, FETCHING) == 1
        seen = settings(storage, client_id).fetched_keys
        assert seen is not None
        assert seen.kids == ["one"]
        assert seen.problem
        assert call(storage, clock, client_id, site.keys[0]).status == 200
    del site.answers["/jwks"]
    clock.advance(minutes=1)
    assert follow_client_keys(storage, FETCHING) == 1
    seen = settings(storage, client_id).fetched_keys
    assert seen is not None
    assert seen.problem is None


def test_a_key_that_names_no_algorithm_serves_those_of_its_kind(
    storage: Storage, site: IssuerSite, clock: MovingClock, client_id: str
) -> None:
    key = RSAKey.generate_key(2048, {"kid": "rsa"})
    site.answers["/jwks"] = (200, {"keys": [key.as_dict(private=False)]})
    follow_client_keys(storage, FETCHING)
    for algorithm in ("RS256", "PS256"):
        assert call(storage, clock, client_id, key, alg=algorithm).status == 200


def test_a_private_network_is_not_asked_unless_a_setting_allows_it(storage: Storage, client_id: str) -> None:
    follow_client_keys(storage, Fetching(redirects=0))
    seen = settings(storage, client_id).fetched_keys
    assert seen is not None
    assert "PASSGATE_FETCH_PRIVATE_ADDRESSES" in str(seen.problem)


def test_another_address_forgets_what_was_seen(storage: Storage, site: IssuerSite, client_id: str) -> None:
    follow_client_keys(storage, FETCHING)
    given = ClientSettingsIn(kind="service", auth_method="private_key_jwt", jwks_uri=f"{site.url}/other")
    with storage.writing() as work:
        assert set_client_settings(SYSTEM, work, ISSUER, client_id, given).fetched_keys is None
    with storage.writing() as work:
        given = ClientSettingsIn(kind="service")
        assert set_client_settings(SYSTEM, work, ISSUER, client_id, given).jwks_uri is None
    assert follow_client_keys(storage, FETCHING) == 0
