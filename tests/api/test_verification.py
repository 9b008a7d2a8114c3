"""``POST /api/v1/tokens/verify``: every check of any token, with its reason."""

import json
import random
from typing import Any

import jwt
import pytest
from joserfc.jwk import ECKey

from api.house import House, answer
from factories import ISSUER

PATH = "/api/v1/tokens/verify"


def issued(house: House, **changes: Any) -> dict[str, Any]:
    given = {"name": "t", "application_id": house.red_application, "lifetime_seconds": 3600, **changes}
    made: dict[str, Any] = answer(house.admin.post("/api/v1/tokens", json=given), 201)
    return made


def explained(house: House, token: str, **given: Any) -> dict[str, Any]:
    found: dict[str, Any] = answer(house.viewer.post(PATH, json={"token": token, **given}), 200)
    return found


def failed(found: dict[str, Any]) -> list[str]:
    return [check["name"] for check in found["checks"] if check["outcome"] == "fail"]


def test_a_token_of_ours_passes_every_check(house: House) -> None:
    made = issued(house, scopes=["orders.read"])
    found = explained(house, f" Bearer {made['token']}\n")
    assert (found["holds"], failed(found)) == (True, [])
    assert found["payload"]["jti"] == made["jti"]
    assert found["header"]["typ"] == "at+jwt"
    assert [check["name"] for check in found["checks"]][-2:] == ["revocation", "registry"]
    assert all(check["reason"] for check in found["checks"])


def test_a_revoked_one_says_so(house: House) -> None:
    made = issued(house)
    house.admin.post(f"/api/v1/tokens/{made['jti']}/revoke", json={"reason": "leaked"})
    found = explained(house, made["token"])
    assert (found["holds"], failed(found)) == (False, ["revocation"])
    assert "deny list" in found["checks"][-2]["reason"]


def test_a_changed_one_fails_at_the_signature_and_is_not_looked_up(house: House) -> None:
    token = issued(house)["token"]
    found = explained(house, token[:-6] + "AAAAAA")
    assert failed(found) == ["signature"]
    assert [check["outcome"] for check in found["checks"]][-2:] == ["skip", "skip"]


def test_a_token_of_nodes_jsonwebtoken_with_a_shared_secret(house: House) -> None:
    token = jwt.encode({"data": "user data"}, "secretKey" * 4, algorithm="HS256")
    found = explained(house, token, secret="secretKey" * 4)
    assert (found["holds"], found["notes"], found["payload"]) == (True, [], {"data": "user data"})
    assert failed(explained(house, token, secret="another secret of some length...")) == ["signature"]
    assert "key" in failed(explained(house, token))


def test_a_short_secret_is_remarked(house: House) -> None:
    found = explained(house, "a.b.c", secret="secretKey")
    assert "9 bytes" in found["notes"][0]


@pytest.mark.parametrize("form", ["pem", "jwk", "jwks"])
def test_a_token_of_somebody_else_with_their_public_key(house: House, form: str) -> None:
    key = ECKey.generate_key("P-256", {"kid": "theirs", "alg": "ES256"})
    token = jwt.encode(
        {"sub": "x", "iss": "https://idp.example", "aud": "me"}, key.private_key, "ES256", {"kid": "theirs"}
    )
    public = {
        "pem": key.as_pem(private=False).decode(),
        "jwk": json.dumps(key.as_dict(private=False)),
        "jwks": json.dumps({"keys": [key.as_dict(private=False)]}),
    }[form]
    assert explained(house, token, public_key=public)["holds"]
    wrong = explained(house, token, public_key=public, issuer="https://other.example", audience="you")
    assert failed(wrong) == ["issuer", "audience"]
    assert "claims" in failed(explained(house, token, public_key=public, profile="access_token"))


def test_the_alg_cannot_choose_the_key(house: House) -> None:
    key = ECKey.generate_key("P-256", {"kid": "k", "alg": "ES256"})
    pem = key.as_pem(private=False).decode()
    token = jwt.encode({"sub": "x"}, "not a pem, but as long as needed", algorithm="HS256", headers={"kid": "k"})
    assert "algorithm" in failed(explained(house, token, public_key=pem))


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"public_key": "nonsense"}, "public_key"),
        ({"public_key": "{}"}, "public_key"),
        ({"public_key": '{"kty": "oct", "k": "AAAA"}'}, "public_key"),
        ({"public_key": "x", "secret": "y"}, "public_key"),
        ({"profile": "other"}, "profile"),
        ({"token": "x" * 100_001}, "token"),
        ({"more": 1}, "more"),
    ],
)
def test_bad_input_is_named(house: House, given: dict[str, Any], field: str) -> None:
    refused = answer(house.viewer.post(PATH, json={"token": "a.b.c", **given}), 422)
    assert refused["field"] == field
    assert "x" * 100 not in json.dumps(refused)


def test_who_may_ask(house: House) -> None:
    body = {"token": "a.b.c"}
    answer(house.nobody.post(PATH, json=body), 401)
    house.admin.post("/api/v1/users", json={"email": "new@example.com", "name": "New", "password": "x" * 12})
    house.nobody.post("/api/v1/session", json={"email": "new@example.com", "password": "x" * 12})
    answer(house.nobody.post(PATH, json=body), 403)
    answer(house.stranger.post(PATH, json=body), 200)


def test_nothing_is_kept_and_the_gate_hears_of_nothing(house: House) -> None:
    made = issued(house)
    published = len(house.published)
    explained(house, made["token"])
    assert len(house.published) == published


def test_whatever_is_sent_it_answers_and_nothing_holds(house: House) -> None:
    token = issued(house)["token"]
    chance = random.Random(20_261_123)  # noqa: S311 - the same mutations in every run
    for _ in range(300):
        place = chance.randrange(len(token))
        changed = token[:place] + chr(chance.choice([chance.randrange(1, 128), 0x20AC, 0x1F600])) + token[place + 1 :]
        if changed != token:
            assert not explained(house, changed)["holds"]
    for text in ("", ".", "..", "e30.e30.e30", "null", ISSUER.issuer):
        assert not explained(house, text)["holds"]
