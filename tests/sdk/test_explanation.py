"""An explanation shows every check, and says of a token what the verifier says."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passgate.sdk.explanation import CheckResult, explain
from passgate.sdk.rules import any_jwt
from passgate.sdk.signing_key import SigningKey
from passgate.sdk.verification_key import VerificationKey
from passgate.sdk.verifier import TokenRefusedError
from sdk.signing import CLAIMS, HEADER, NOW, VERIFIER, signed, signed_bytes

GOOD = signed()


def checks_of(token: str) -> dict[str, CheckResult]:
    return {check.name: check for check in VERIFIER.explain(token, now=NOW).checks}


def test_a_good_token_passes_every_check_and_each_says_why() -> None:
    found = VERIFIER.explain(GOOD, now=NOW)
    assert found.holds
    assert all(check.reason for check in found.checks)
    assert (found.header, found.payload) == (HEADER, CLAIMS)
    assert [check.name for check in found.checks][:3] == ["size", "form", "header"]


@pytest.mark.parametrize(
    ("token", "failed", "reason"),
    [
        (signed(claims=CLAIMS | {"exp": NOW - 100}), {"expiry"}, "2027-01-15 07:58:20 UTC"),
        (signed(claims=CLAIMS | {"iss": "https://other.example"}), {"issuer"}, "https://other.example"),
        (signed(claims=CLAIMS | {"aud": ["a", "b"]}), {"audience"}, "wanted: passgate"),
        (signed(claims=CLAIMS | {"nbf": NOW + 90}), {"not_before"}, "not valid yet"),
        (signed(claims=CLAIMS | {"iat": NOW + 90}), {"issued"}, "in the future"),
        (signed(HEADER | {"typ": "JWT"}), {"type"}, "typ: JWT"),
        (signed(HEADER | {"crit": ["b64"], "b64": False}), {"header_fields"}, "b64, crit"),
        (signed(HEADER | {"kid": "other"}), {"key"}, "trusted keys: key_a"),
        (signed(HEADER | {"alg": "HS256"}), {"algorithm"}, "HS256"),
        (GOOD[:-4] + "AAAA", {"signature"}, "does not hold"),
        (signed(claims=CLAIMS | {"exp": NOW - 100, "aud": "x"}), {"expiry", "audience"}, "expired"),
    ],
)
def test_what_fails_says_what_stands_there(token: str, failed: set[str], reason: str) -> None:
    checks = checks_of(token)
    assert {name for name, check in checks.items() if check.outcome == "fail"} == failed
    assert any(reason in checks[name].reason for name in failed)
    assert all(checks[name].code for name in failed)


def test_claims_are_shown_though_the_signature_does_not_hold() -> None:
    found = VERIFIER.explain(GOOD[:-4] + "AAAA", now=NOW)
    assert (found.holds, found.payload) == (False, CLAIMS)


def test_what_has_nothing_to_look_at_is_skipped() -> None:
    checks = checks_of("not a token")
    assert checks["form"].outcome == "fail"
    assert {check.outcome for name, check in checks.items() if name not in {"size", "form"}} == {"skip"}
    assert "Three parts" in checks["signature"].reason


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
claims = st.fixed_dictionaries({}, optional=dict.fromkeys([*CLAIMS, "nbf", "roles"], json_values))
headers = st.fixed_dictionaries({}, optional=dict.fromkeys([*HEADER, "crit", "jwk"], json_values))


@settings(max_examples=300, deadline=None)
@given(
    header=st.one_of(headers, headers.map(lambda changes: HEADER | changes)),
    payload=st.one_of(claims, claims.map(lambda changes: CLAIMS | changes)),
)
def test_it_agrees_with_the_verifier_whatever_the_token(header: dict[str, Any], payload: dict[str, Any]) -> None:
    token = signed_bytes(json.dumps(header).encode(), json.dumps(payload).encode())
    found = VERIFIER.explain(token, now=NOW)
    codes = [check.code for check in found.checks if check.outcome == "fail"]
    assert codes[:1] == [code for code in [code_of(token)] if code is not None]
    assert found.holds == (not codes)


def code_of(token: str) -> str | None:
    try:
        VERIFIER.verify(token, now=NOW)
    except TokenRefusedError as refused:
        return refused.code
    return None


def test_any_jwt_can_be_explained_with_a_secret() -> None:
    key = VerificationKey.of_secret(b"secretKey")
    token = SigningKey.of_secret(b"secretKey").sign({"data": "user data", "exp": NOW + 3600})
    found = explain(token, {"": key}, any_jwt(), now=NOW)
    assert found.holds
    assert found.payload == {"data": "user data", "exp": NOW + 3600}
    other = explain(token, {"": VerificationKey.of_secret(b"other")}, any_jwt(), now=NOW)
    assert [check.name for check in other.checks if check.outcome == "fail"] == ["signature"]
