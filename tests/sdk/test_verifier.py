"""The attacks of RFC 8725, and those that common libraries or proxies were measured to let through."""

import base64
import json
from typing import Any

import pytest
from joserfc.jwk import ECKey

from passgate.sdk.verifier import MAX_TOKEN_BYTES, StrictVerifier, TokenRefusedError
from sdk.signing import CLAIMS, HEADER, NOW, PRIVATE, VERIFIER, encoded, signed, signed_bytes

_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def code_of(token: str, verifier: StrictVerifier = VERIFIER, now: float = NOW) -> str:
    with pytest.raises(TokenRefusedError) as refused:
        verifier.verify(token, now=now)
    return refused.value.code


def with_claims(**changes: Any) -> str:
    return signed(claims={name: value for name, value in (CLAIMS | changes).items() if value is not None})


def with_header(**changes: Any) -> str:
    return signed(header={name: value for name, value in (HEADER | changes).items() if value is not None})


def test_a_good_token_holds() -> None:
    verified = VERIFIER.verify(signed(), now=NOW)
    assert (verified.subject, verified.client_id, verified.jti) == ("app_1", "app_1", "tok_1")
    assert verified.scopes == {"ai", "orders.read"}
    assert (verified.issued_at, verified.expires_at) == (NOW - 10, NOW + 600)


def test_a_list_of_audiences_with_ours_in_it_holds() -> None:
    assert VERIFIER.verify(with_claims(aud=["other", "passgate"]), now=NOW).claims["aud"] == ["other", "passgate"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"crit": []}, "token_header_not_allowed"),
        ({"crit": ["exp"], "exp": 1}, "token_header_not_allowed"),
        ({"crit": ["b64"], "b64": False}, "token_header_not_allowed"),
        ({"jku": "https://evil.example/jwks"}, "token_header_not_allowed"),
        ({"x5u": "https://evil.example/chain"}, "token_header_not_allowed"),
        ({"x5c": ["MIIB"]}, "token_header_not_allowed"),
        ({"jwk": PRIVATE.as_dict(private=False)}, "token_header_not_allowed"),
        ({"jwk": PRIVATE.as_dict(private=False), "kid": None}, "token_header_not_allowed"),
        ({"zip": "DEF"}, "token_header_not_allowed"),
        ({"typ": "JWT"}, "token_type_wrong"),
        ({"typ": "logout+jwt"}, "token_type_wrong"),
        ({"typ": None}, "token_type_wrong"),
        ({"typ": ["at+jwt"]}, "token_type_wrong"),
        ({"kid": None}, "token_key_unknown"),
        ({"kid": "other"}, "token_key_unknown"),
        ({"kid": "../../etc/passwd"}, "token_key_unknown"),
        ({"kid": 0}, "token_key_unknown"),
        ({"kid": ["key_a"]}, "token_key_unknown"),
        ({"alg": "none"}, "token_algorithm_wrong"),
        ({"alg": "nOnE"}, "token_algorithm_wrong"),
        ({"alg": "HS256"}, "token_algorithm_wrong"),
        ({"alg": "ES384"}, "token_algorithm_wrong"),
        ({"alg": "RS256"}, "token_algorithm_wrong"),
        ({"alg": None}, "token_algorithm_wrong"),
        ({"alg": ["ES256"]}, "token_algorithm_wrong"),
    ],
)
def test_a_header_that_says_more_or_less_than_it_may_is_refused(changes: dict[str, Any], code: str) -> None:
    assert code_of(with_header(**changes)) == code


@pytest.mark.parametrize(
    ("changes", "code"),
    [({name: None}, "token_claim_missing") for name in ("iss", "sub", "aud", "exp", "iat", "jti", "client_id")]
    + [
        ({"iss": "https://other.example"}, "token_issuer_wrong"),
        ({"iss": "https://gate.example/"}, "token_issuer_wrong"),
        ({"aud": "passgate-api"}, "token_audience_wrong"),
        ({"aud": ["other"]}, "token_audience_wrong"),
        ({"aud": []}, "token_claim_invalid"),
        ({"aud": [["passgate"]]}, "token_claim_invalid"),
        ({"aud": {"passgate": 1}}, "token_claim_invalid"),
        ({"sub": ""}, "token_claim_invalid"),
        ({"sub": 7}, "token_claim_invalid"),
        ({"jti": ["tok_1"]}, "token_claim_invalid"),
        ({"scope": ["ai"]}, "token_claim_invalid"),
        ({"exp": str(NOW + 600)}, "token_claim_invalid"),
        ({"exp": True}, "token_claim_invalid"),
        ({"exp": 10**30}, "token_claim_invalid"),
        ({"exp": 1e308}, "token_claim_invalid"),
        ({"nbf": "now"}, "token_claim_invalid"),
        ({"iat": [NOW]}, "token_claim_invalid"),
        ({"exp": NOW - 60}, "token_expired"),
        ({"nbf": NOW + 61}, "token_not_yet_valid"),
        ({"iat": NOW + 61}, "token_issued_in_future"),
    ],
)
def test_a_claim_that_is_missing_or_wrong_is_refused(changes: dict[str, Any], code: str) -> None:
    assert code_of(with_claims(**changes)) == code


@pytest.mark.parametrize("changes", [{"exp": NOW - 59}, {"nbf": NOW + 60}, {"iat": NOW + 60}])
def test_clocks_may_differ_by_the_leeway(changes: dict[str, Any]) -> None:
    assert VERIFIER.verify(with_claims(**changes), now=NOW).jti == "tok_1"


def test_a_leeway_beyond_a_minute_is_refused() -> None:
    with pytest.raises(ValueError, match="60 seconds"):
        StrictVerifier(issuer="i", audience="a", keys={}, leeway=61)


@pytest.mark.parametrize(
    "payload",
    [
        json.dumps(CLAIMS).replace('"sub"', '"sub": "admin", "sub"', 1).encode(),
        json.dumps(CLAIMS | {"deep": 0}).replace('"deep": 0', '"deep": {"a": 1, "a": 2}').encode(),
        json.dumps(CLAIMS | {"exp": float("nan")}).encode(),
        json.dumps(CLAIMS | {"exp": float("inf")}).encode(),
        json.dumps(CLAIMS).replace('"app_1"', '"\\ud800"', 1).encode(),
        b"\xef\xbb\xbf" + json.dumps(CLAIMS).encode(),
        json.dumps(CLAIMS).encode("utf-16"),
        json.dumps(CLAIMS).replace("app_1", "app_\xff", 1).encode("latin-1"),
        json.dumps([CLAIMS]).encode(),
        b'"text"',
        b"[" * 4000,
        b'{"a":' * 1000 + b"1" + b"}" * 1000,
        json.dumps(CLAIMS).encode() + b" {}",
        b"\x00",
        b'{"exp": ' + b"1" * 5000 + b"}",
    ],
    ids=range(15),
)
def test_a_payload_that_parsers_read_differently_is_refused(payload: bytes) -> None:
    assert code_of(signed_bytes(json.dumps(HEADER).encode(), payload)) == "token_malformed"


def test_a_number_too_large_to_be_one_is_refused() -> None:
    payload = json.dumps(CLAIMS | {"exp": 0}).replace('"exp": 0', '"exp": 1e400').encode()
    assert code_of(signed_bytes(json.dumps(HEADER).encode(), payload)) == "token_claim_invalid"


def test_a_header_with_two_algorithms_is_refused() -> None:
    header = b'{"alg": "none", "kid": "key_a", "typ": "at+jwt", "alg": "ES256"}'
    assert code_of(signed_bytes(header, json.dumps(CLAIMS).encode())) == "token_malformed"


@pytest.mark.parametrize(
    "spelling",
    [
        lambda token: token + "=",
        lambda token: token + "==",
        lambda token: " " + token,
        lambda token: token + "\n",
        lambda token: token + ".",
        lambda token: token.replace(".", "..", 1),
        lambda token: "." + token,
        lambda token: token.rpartition(".")[0],
        lambda token: token.rpartition(".")[0] + ".",
        lambda token: token[:-1],
        lambda token: token + "A",
        lambda token: token.replace(".", "~", 1),
        lambda token: token + ".e30.e30",
        lambda token: token[:20] + "\u0664" + token[21:],
        lambda _token: "",
        lambda _token: "..",
        lambda _token: '{"payload":"","protected":"","signature":""}',
    ],
    ids=range(17),
)
def test_another_spelling_of_a_good_token_is_refused(spelling: Any) -> None:
    assert code_of(spelling(signed())) in {"token_malformed", "token_signature_invalid"}


def test_unused_bits_of_the_signatures_last_letter_must_be_zero() -> None:
    token = signed()
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    twin = token[:-1] + alphabet[alphabet.index(token[-1]) + 1]
    signature = token.rpartition(".")[2]
    assert base64.urlsafe_b64decode(signature + "==") == base64.urlsafe_b64decode(twin.rpartition(".")[2] + "==")
    assert code_of(twin) == "token_malformed"


def test_the_signature_is_verified() -> None:
    stranger = ECKey.generate_key("P-256", {"kid": "key_a", "alg": "ES256"})
    assert code_of(signed(key=stranger)) == "token_signature_invalid"


@pytest.mark.parametrize(
    "signature", [bytes(64), b"\x01" * 63, b"\x01" * 65, _P256_ORDER.to_bytes(32) * 2, b"\x30" * 70]
)
def test_a_signature_that_is_no_signature_is_refused(signature: bytes) -> None:
    text = signed().rpartition(".")[0]
    assert code_of(f"{text}.{encoded(signature)}") == "token_signature_invalid"


def test_a_deny_list_must_not_hang_on_the_tokens_bytes() -> None:
    """ES256 has a second signature for every token (s -> n - s), so revocation goes by jti."""
    token = signed()
    text, _, signature = token.rpartition(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    twin = f"{text}.{encoded(raw[:32] + (_P256_ORDER - int.from_bytes(raw[32:])).to_bytes(32))}"
    assert twin != token
    assert VERIFIER.verify(twin, now=NOW).jti == VERIFIER.verify(token, now=NOW).jti


def test_a_token_that_is_too_large_is_refused_before_it_is_read() -> None:
    token = with_claims(filler="x" * MAX_TOKEN_BYTES)
    assert code_of(token) == "token_too_large"


def test_a_token_of_exactly_the_limit_is_read() -> None:
    assert code_of("a" * MAX_TOKEN_BYTES) == "token_malformed"


def test_a_refusal_repeats_nothing_of_the_token() -> None:
    with pytest.raises(TokenRefusedError) as refused:
        VERIFIER.verify(with_claims(iss="https://secret-tenant.example"), now=NOW)
    assert "secret-tenant" not in str(refused.value)
