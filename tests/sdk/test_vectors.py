"""Public test vectors: Project Wycheproof's JWS file and the examples of RFC 7520."""

import json
from pathlib import Path
from typing import Any

import pytest

from passgate.sdk.verification_key import KeyUnusableError, VerificationKey
from passgate.sdk.verifier import TokenRefusedError, open_signed

VECTORS = Path(__file__).parents[2].parent / "shared" / "vectors"

pytestmark = pytest.mark.skipif(not VECTORS.is_dir(), reason="the shared test vectors are not here")

_WRONG_VERDICTS = {367, 370, 372, 373, 346, 347, 350, 351}
"""Named in the vectors' README: identical to a valid one, not base64url, or the key's algorithm is not the header's."""


def accepts(jwk: dict[str, Any], token: str) -> bool:
    try:
        key = VerificationKey.of_jwk(jwk)
        open_signed(token, {key.kid: key}, typ=None)
    except (KeyUnusableError, TokenRefusedError):
        return False
    return True


def wycheproof_groups() -> list[dict[str, Any]]:
    file = VECTORS / "json_web_signature_test.json"
    return json.loads(file.read_text())["testGroups"] if file.is_file() else []


@pytest.mark.parametrize("group", wycheproof_groups(), ids=lambda group: group["comment"] or None)
def test_wycheproofs_invalid_signatures_are_refused(group: dict[str, Any]) -> None:
    jwk = group.get("public") or group["private"]
    wrong = [
        (case["tcId"], case["comment"])
        for case in group["tests"]
        if case["tcId"] not in _WRONG_VERDICTS and case["result"] == "invalid" and accepts(jwk, case["jws"])
    ]
    assert wrong == []


def test_wycheproofs_valid_signatures_of_our_algorithms_hold() -> None:
    checked = 0
    for group in wycheproof_groups():
        jwk = group.get("public") or group["private"]
        if jwk.get("alg") not in {"ES256", "RS256", "PS256"}:
            continue
        for case in group["tests"]:
            if case["result"] != "valid" or case["tcId"] in _WRONG_VERDICTS or case["comment"] == "emptyPayload":
                continue  # the payload of a JWT is an object, so an empty one is refused
            checked += 1
            assert accepts(jwk, case["jws"]), (case["tcId"], case["comment"])
    assert checked > 10


def _rfc7520(name: str) -> tuple[dict[str, Any], str]:
    example = json.loads((VECTORS / "rfc7520" / name).read_text())
    key = example["input"]["key"]
    return key | {"alg": example["input"]["alg"]}, example["output"]["compact"]


def test_the_rsa_example_of_rfc7520_holds() -> None:
    assert accepts(*_rfc7520("4_1.rsa_v15_signature.json"))


@pytest.mark.parametrize(
    "name",
    ["4_2.rsa-pss_signature.json", "4_3.ecdsa_signature.json", "4_4.hmac-sha2_integrity_protection.json"],
)
def test_the_examples_of_rfc7520_in_other_algorithms_are_refused(name: str) -> None:
    """PS384, ES512 and HS256: not ours."""
    assert not accepts(*_rfc7520(name))
