"""Signing keys through the API."""

from typing import Any

import pytest
from joserfc.jwk import ECKey, OctKey

from api.house import House, answer

API = "/api/v1/keys"


def keys(house: House) -> dict[str, dict[str, Any]]:
    return {key["kid"]: key for key in answer(house.admin.get(API), 200)["items"]}


def issued_kid(house: House) -> str:
    body = {"name": "ci", "application_id": house.red_application}
    answer(house.owner.post("/api/v1/tokens", json=body), 201)
    (kid,) = [kid for kid, key in keys(house).items() if key["status"] == "active"]
    return str(kid)


def test_keys_rotate_and_are_revoked(house: House) -> None:
    old = issued_kid(house)
    fresh = answer(house.admin.post(f"{API}/rotate"), 409)
    assert (fresh["code"], fresh["field"]) == ("next_key_fresh", "at_once")
    new = answer(house.admin.post(f"{API}/rotate", json={"at_once": True}), 201)
    found = keys(house)
    assert sorted(key["status"] for key in found.values()) == ["active", "next", "retiring"]
    assert (found[old]["status"], found[old]["live_tokens"]) == ("retiring", 1)
    assert (found[new["kid"]]["status"], found[new["kid"]]["origin"]) == ("active", "made")
    assert "d" not in found[old]["public_jwk"]
    house.published.clear()
    revoked = answer(house.admin.post(f"{API}/{old}/revoke", json={"reason": "stolen"}), 200)
    assert revoked == {"count": 1, "seq": 1}
    assert house.published == [True]
    ended = keys(house)[old]
    assert (ended["status"], ended["ended_reason"], ended["live_tokens"]) == ("revoked", "stolen", 0)
    public = house.nobody.get("/.well-known/jwks.json").json()["keys"]
    assert old not in {key["kid"] for key in public}
    assert answer(house.admin.post(f"{API}/{old}/revoke", json={}), 409)["code"] == "key_ended"
    answer(house.admin.post(f"{API}/key_none/revoke", json={}), 404)


def test_each_algorithm_rotates_by_itself(house: House) -> None:
    for algorithm in ("ES384", "EdDSA"):
        made = answer(house.admin.post(f"{API}/rotate", json={"algorithm": algorithm}), 201)
        assert (made["algorithm"], made["status"]) == (algorithm, "active")
    refused = answer(house.admin.post(f"{API}/rotate", json={"algorithm": "HS256"}), 422)
    assert (refused["code"], refused["field"]) == ("key_algorithm", "algorithm")


def test_a_key_is_imported_and_never_shown(house: House) -> None:
    key = ECKey.generate_key("P-256", {"kid": "ours", "use": "sig", "alg": "ES256"})
    private = key.as_dict(private=True)
    text = key.as_pem(private=True).decode()
    made = house.admin.post(f"{API}/import", json={"key": text, "kid": "ours"})
    (item,) = answer(made, 201)["items"]
    assert (item["kid"], item["status"], item["origin"]) == ("ours", "next", "imported")
    assert private["d"] not in made.text
    assert private["d"] not in house.admin.get(API).text
    again = answer(house.admin.post(f"{API}/import", json={"key": text}), 422)
    assert (again["code"], again["field"]) == ("key_known", "key")


@pytest.mark.parametrize("body", [{}, {"key": ""}, {"key": "x" * 65_537}, {"key": "x", "more": 1}, {"key": 7}])
def test_a_refused_import_repeats_nothing_of_what_was_sent(house: House, body: dict[str, Any]) -> None:
    refused = house.admin.post(f"{API}/import", json=body)
    answer(refused, 422)
    secret = OctKey.generate_key(512).as_dict()
    refused = house.admin.post(f"{API}/import", json={"key": str(secret).replace("'", '"')})
    assert answer(refused, 422)["code"] == "key_symmetric"
    assert secret["k"] not in refused.text


def test_nobody_and_no_owner_of_a_team_touches_keys(house: House) -> None:
    for client, status in ((house.nobody, 401), (house.owner, 403)):
        answer(client.get(API), status)
        answer(client.post(f"{API}/rotate", json={}), status)
        answer(client.post(f"{API}/import", json={"key": "x"}), status)
        answer(client.post(f"{API}/none/revoke", json={}), status)
