"""Public test vectors: Project Wycheproof's JWS, JWK and crypto files, and the signatures of RFC 7520."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from passgate.sdk.base64url import decoded
from passgate.sdk.examination import SIGNATURE_CHECKS, Reading
from passgate.sdk.rules import any_jwt
from passgate.sdk.verification_key import (
    MIN_SECRET_BYTES,
    KeyUnusableError,
    VerificationKey,
    usable_keys_of_jwks,
)
from passgate.sdk.verifier import TokenRefusedError, open_signed

VECTORS = Path(__file__).parents[2].parent / "shared" / "vectors"

pytestmark = pytest.mark.skipif(not VECTORS.is_dir(), reason="the shared test vectors are not here")

_WRONG_VERDICTS = {367, 370, 372, 373, 346, 347, 350, 351}
"""Named in the vectors' README: identical to a valid one, not base64url, or the key's algorithm is not the header's."""
_OURS = {"ES256", "ES384", "RS256", "PS256", "EdDSA"}


def accepts(jwk: Mapping[str, Any], token: object) -> bool:
    """What the verifier says of a signature, with a key as it is given: a JWK, a set of them, or a shared secret."""
    if not isinstance(token, str):
        return False  # the JSON serialization, which no token here has
    try:
        keys = _keys_of(jwk)
        open_signed(token, keys, typ=None)
    except (KeyUnusableError, TokenRefusedError):
        return False
    return True


def _keys_of(jwk: Mapping[str, Any]) -> dict[str, VerificationKey]:
    if "keys" in jwk:
        return usable_keys_of_jwks(jwk)
    if jwk.get("kty") == "oct":
        return _secret_of(jwk)
    key = VerificationKey.of_jwk(jwk)
    return {key.kid: key}


def _secret_of(jwk: Mapping[str, Any]) -> dict[str, VerificationKey]:
    """As an application would that shares a secret with its issuer: never from a published set."""
    secret = decoded(jwk["k"])
    if jwk.get("alg") != "HS256" or jwk.get("use", "sig") != "sig" or len(secret) < MIN_SECRET_BYTES:
        raise KeyUnusableError("not for HS256")
    if "verify" not in jwk.get("key_ops", ["verify"]):
        raise KeyUnusableError("not for signatures")
    return {jwk["kid"]: VerificationKey.of_secret(secret, jwk["kid"])}


def cases(name: str) -> Iterator[tuple[Mapping[str, Any], dict[str, Any]]]:
    for group in json.loads((VECTORS / name).read_text())["testGroups"]:
        for case in group["tests"]:
            if not (name == "json_web_signature_test.json" and case["tcId"] in _WRONG_VERDICTS):
                yield group.get("public") or group["private"], case


def token_of(case: Mapping[str, Any]) -> object:
    return case["jws"] if "jws" in case else case["jwe"]


@pytest.mark.parametrize(
    ("name", "count"),
    [("json_web_signature_test.json", 350), ("json_web_key_test.json", 21), ("json_web_crypto_test.json", 77)],
)
def test_nothing_that_wycheproof_calls_invalid_is_accepted(name: str, count: int) -> None:
    invalid = [(jwk, case) for jwk, case in cases(name) if case["result"] == "invalid"]
    assert len(invalid) >= count
    assert [(case["tcId"], case["comment"]) for jwk, case in invalid if accepts(jwk, token_of(case))] == []


def test_what_is_encrypted_is_no_token_however_valid() -> None:
    encrypted = [(jwk, case) for jwk, case in cases("json_web_crypto_test.json") if "jwe" in case]
    assert len(encrypted) == 34
    assert not [case["tcId"] for jwk, case in encrypted if accepts(jwk, case["jwe"])]


def test_wycheproofs_valid_signatures_of_our_algorithms_hold() -> None:
    refused, checked = [], 0
    for jwk, case in cases("json_web_signature_test.json"):
        if case["result"] != "valid" or jwk.get("alg") not in {*_OURS, "HS256"}:
            continue
        if case["comment"] == "emptyPayload":
            continue  # the payload of a JWT is an object, so an empty one is refused
        checked += 1
        if not accepts(jwk, case["jws"]):
            refused.append((case["tcId"], case["comment"]))
    assert refused == []
    assert checked > 20


def _rfc7520(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    example = json.loads((VECTORS / "rfc7520" / name).read_text())
    return example["input"], example["output"]


@pytest.mark.parametrize("name", ["4_1.rsa_v15_signature.json", "4_4.hmac-sha2_integrity_protection.json"])
def test_the_examples_of_rfc7520_in_our_algorithms_hold(name: str) -> None:
    given, made = _rfc7520(name)
    assert accepts(given["key"] | {"alg": given["alg"]}, made["compact"])


@pytest.mark.parametrize("name", ["4_2.rsa-pss_signature.json", "4_3.ecdsa_signature.json"])
def test_the_examples_of_rfc7520_in_other_algorithms_are_refused(name: str) -> None:
    """PS384 and ES512: not ours."""
    given, made = _rfc7520(name)
    assert not accepts(given["key"] | {"alg": given["alg"]}, made["compact"])


@pytest.mark.parametrize(
    "name",
    [
        "4_5.signature_with_detached_content.json",
        "4_6.protecting_specific_header_fields.json",
        "4_7.protecting_content_only.json",
        "4_8.multiple_signatures.json",
    ],
)
def test_the_other_forms_of_rfc7520_are_no_tokens(name: str) -> None:
    given, made = _rfc7520(name)
    keys = given["key"] if isinstance(given["key"], list) else [given["key"]]
    for form in made.values():
        for key in keys:
            assert not accepts(key | {"alg": "HS256"}, form if isinstance(form, str) else json.dumps(form))


def test_the_example_of_rfc8037_holds_for_the_key_that_is_meant() -> None:
    example = json.loads((VECTORS / "rfc7520" / "jws.json").read_text())
    key = VerificationKey.of_jwk(example["input"]["key"] | {"alg": "EdDSA", "kid": "the-only-one"})
    reading = Reading(example["output"]["compact"], {key.kid: key}, any_jwt(), now=0)
    for check in SIGNATURE_CHECKS:
        check.judge(reading)  # raises where it does not hold
    assert reading.payload == b"Example of Ed25519 signing"
