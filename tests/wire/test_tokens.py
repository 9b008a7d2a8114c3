"""Which tokens pass, and what is said of those that do not."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from passgate.gateway.xds.outcome import OutcomeKind
from wire.alterations import providers, without_required_claims
from wire.rig import Gate
from wire.tokens import Issuer


def _part(data: Any) -> str:
    raw = data if isinstance(data, bytes) else json.dumps(data).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _unsigned(gate: Gate) -> str:
    return f"{_part({'alg': 'none', 'typ': 'at+jwt'})}.{_part(gate.issuer.claims())}."


def _hmac_of_public_key(gate: Gate) -> str:
    head = {"alg": "HS256", "typ": "at+jwt", "kid": gate.issuer.kid}
    text = f"{_part(head)}.{_part(gate.issuer.claims())}"
    public = gate.issuer.key.as_pem(private=False)
    return f"{text}.{_part(hmac.new(public, text.encode(), hashlib.sha256).digest())}"


def _changed_payload(gate: Gate) -> str:
    head, _, signature = gate.issuer.token().split(".")
    return f"{head}.{_part(gate.issuer.claims(sub='user_root'))}.{signature}"


BAD: dict[str, tuple[Callable[[Gate], str], str]] = {
    "expired": (lambda gate: gate.issuer.token(exp=int(time.time()) - 60), "token_expired"),
    "not yet valid": (lambda gate: gate.issuer.token(nbf=int(time.time()) + 60), "token_not_yet_valid"),
    "wrong issuer": (lambda gate: gate.issuer.token(iss="https://elsewhere.example"), "token_wrong_issuer"),
    "no issuer": (lambda gate: gate.issuer.token(iss=None), "token_wrong_issuer"),
    "wrong audience": (lambda gate: gate.issuer.token(aud="https://elsewhere.example"), "token_wrong_audience"),
    "no audience": (lambda gate: gate.issuer.token(aud=None), "token_wrong_audience"),
    "key of another": (lambda _: Issuer().token(), "token_invalid"),
    "unknown kid": (lambda _: Issuer("key-9").token(), "token_unknown_key"),
    "no expiry": (lambda gate: gate.issuer.token(exp=None), "token_invalid"),
    "no jti": (lambda gate: gate.issuer.token(jti=None), "token_invalid"),
    "empty jti": (lambda gate: gate.issuer.token(jti=""), "token_invalid"),
    "number as jti": (lambda gate: gate.issuer.token(jti=7), "token_invalid"),
    "no sub": (lambda gate: gate.issuer.token(sub=None), "token_invalid"),
    "no client_id": (lambda gate: gate.issuer.token(client_id=None), "token_invalid"),
    "ID token": (lambda gate: gate.issuer.token({"typ": "JWT"}), "token_invalid"),
    "alg none": (_unsigned, "token_invalid"),
    "HS256 with the public key": (_hmac_of_public_key, "token_unknown_key"),
    "changed payload": (_changed_payload, "token_invalid"),
    "not a token": (lambda _: "sk-1234", "token_invalid"),
    "two parts": (lambda _: "a.b", "token_invalid"),
    "four parts": (lambda gate: gate.issuer.token() + ".x", "token_invalid"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_token_is_refused_by_name_and_reaches_no_upstream(gate: Gate, case: str) -> None:
    make, code = BAD[case]
    seen = len(gate.rest.seen)
    answer = gate.call("/orders/1", make(gate))
    assert (answer.status, answer.json["code"]) == (401, code)
    assert answer.json["request_id"] == answer.headers["x-request-id"]
    assert answer.headers["www-authenticate"].startswith('Bearer realm="passgate", error="invalid_token"')
    assert len(gate.rest.seen) == seen


def test_no_token_is_asked_for_one(gate: Gate) -> None:
    answer = gate.call("/orders/1")
    assert (answer.status, answer.json["code"]) == (401, "token_missing")
    assert answer.headers["www-authenticate"] == 'Bearer realm="passgate"'


@pytest.mark.parametrize("header", [{"typ": "at+jwt"}, {"typ": "application/at+jwt"}, {"typ": "AT+JWT"}])
def test_an_access_token_passes(gate: Gate, header: dict[str, str]) -> None:
    assert gate.call("/orders/1", gate.issuer.token(header)).status == 200


def test_a_token_for_several_audiences_passes(gate: Gate) -> None:
    assert (
        gate.call("/orders/1", gate.issuer.token(aud=["https://elsewhere.example", gate.issuer.claims()["aud"]])).status
        == 200
    )


def test_clocks_may_differ_by_five_seconds(gate: Gate) -> None:
    now = int(time.time())
    assert gate.call("/orders/1", gate.issuer.token(exp=now - 1)).status == 200
    assert gate.call("/orders/1", gate.issuer.token(exp=now - 10)).status == 401


def test_a_token_of_the_cache_still_expires(gate: Gate) -> None:
    token = gate.issuer.token(exp=int(time.time()) - 3)
    assert gate.call("/orders/1", token).status == 200
    end = time.monotonic() + 8
    while gate.call("/orders/1", token).status == 200:
        assert time.monotonic() < end
        time.sleep(0.1)
    assert gate.call("/orders/1", token).json["code"] == "token_expired"


def test_without_the_required_claims_filter_a_token_without_jti_would_pass(own_gate: Gate) -> None:
    own_gate.publish(own_gate.snapshot(own_gate.service("/orders")), without_required_claims)
    assert own_gate.call("/orders/1", own_gate.issuer.token(jti=None)).status == 200
    assert own_gate.call("/orders/1", own_gate.issuer.token({"typ": "JWT"})).status == 200
    assert own_gate.call("/orders/1", own_gate.issuer.token({"jku": "https://evil.example/"})).status == 200


def test_without_require_expiration_an_endless_token_would_pass(own_gate: Gate) -> None:
    snapshot = own_gate.snapshot(own_gate.service("/orders"))
    own_gate.publish(snapshot, lambda made: [one.pop("require_expiration") for one in providers(made)])
    assert own_gate.call("/orders/1", own_gate.issuer.token(exp=None)).status == 200


@pytest.mark.parametrize("left_out", ["audiences", "issuer"])
def test_without_its_check_a_foreign_audience_or_issuer_would_pass(own_gate: Gate, left_out: str) -> None:
    snapshot = own_gate.snapshot(own_gate.service("/orders"))
    own_gate.publish(snapshot, lambda made: [one.pop(left_out) for one in providers(made)])
    claim = {"audiences": "aud", "issuer": "iss"}[left_out]
    assert own_gate.call("/orders/1", own_gate.issuer.token(**{claim: "x"})).status == 200


def test_a_key_that_is_taken_away_ends_its_tokens_at_once_cache_or_not(own_gate: Gate) -> None:
    old, new = own_gate.issuer, Issuer("key-2")
    token = old.token()
    for _ in range(3):
        assert own_gate.call("/orders/1", token).status == 200
    service = own_gate.service("/orders")
    both = own_gate.publish(own_gate.snapshot(service, keys=(old.public, new.public)))
    assert both.kind is OutcomeKind.APPLIED
    assert own_gate.call("/orders/1", token).status == 200
    assert own_gate.call("/orders/1", new.token()).status == 200
    own_gate.publish(own_gate.snapshot(service, keys=(new.public,)))
    answer = own_gate.call("/orders/1", token)
    assert (answer.status, answer.json["code"]) == (401, "token_unknown_key")
    assert own_gate.call("/orders/1", new.token()).status == 200


def test_with_no_key_at_all_no_token_passes_but_the_rest_stands(own_gate: Gate) -> None:
    outcome = own_gate.publish(own_gate.snapshot(own_gate.service("/orders"), keys=()))
    assert outcome.kind is OutcomeKind.APPLIED
    assert own_gate.call("/orders/1", own_gate.issuer.token()).status == 401
    assert own_gate.call("/console/").status == 200
