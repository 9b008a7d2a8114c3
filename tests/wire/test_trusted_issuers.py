"""Tokens of another issuer, through the real Envoy."""

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from passgate.contracts.gateway_snapshot import WithheldSubscription
from passgate.contracts.trusted_issuer import TrustedIssuer, application_of
from passgate.gateway.xds.outcome import OutcomeKind
from wire.foreign import FOREIGN, ForeignIssuer, publish
from wire.rig import Gate, open_gate, wait_until
from wire.tokens import AUDIENCE, ISSUER, Issuer

STAFF = ForeignIssuer("staff-1")
SPOOFED = {"x-passgate-foreign-claims": base64.urlsafe_b64encode(b'{"sub":"root"}').decode()}


def open_with(*issuers: TrustedIssuer) -> Iterator[Gate]:
    with open_gate() as gate:
        gate.start_envoy(wait=False)
        gate.deny("jti-denied")
        assert publish(gate, *issuers).kind is not OutcomeKind.REJECTED, gate.rejected
        wait_until(gate.is_ready)
        assert gate.rejected == []
        yield gate


@pytest.fixture(scope="module")
def trusting() -> Iterator[Gate]:
    """Trusts one issuer; a test may call, and not publish."""
    yield from open_with(STAFF.trusted())


@pytest.fixture
def own_trusting() -> Iterator[Gate]:
    """A test's own, to publish on."""
    yield from open_with(STAFF.trusted())


def test_a_call_counts_as_the_mapped_applications(trusting: Gate) -> None:
    answer = trusting.call("/orders/1", STAFF.token())
    assert answer.status == 200, answer.body
    headers = answer.json["headers"]
    value = headers["x-passgate-foreign-claims"]
    claims = json.loads(base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)))
    assert (claims["iss"], claims["sub"], claims["azp"]) == (FOREIGN, "ada@staff", "shop")
    assert "x-passgate-claims" not in headers
    assert "authorization" not in headers


def test_another_application_has_no_subscription_but_a_token(trusting: Gate) -> None:
    token = STAFF.token(azp="other")
    answer = trusting.call("/orders/1", token)
    assert (answer.status, answer.json["code"]) == (403, "subscription_missing")
    assert trusting.call("/tickets/1", token).status == 200


def test_a_subscription_that_is_withheld_is_told_to_the_mapped_application(own_trusting: Gate) -> None:
    withheld = WithheldSubscription(service_id="svc_orders", application_id="app_two", state="suspended")
    snapshot = own_trusting.snapshot(own_trusting.service("/orders"))
    own_trusting.publish(snapshot.model_copy(update={"trusted_issuers": (STAFF.trusted(),), "withheld": (withheld,)}))
    answer = own_trusting.call("/orders/1", STAFF.token(azp="other"))
    assert (answer.status, answer.json["code"]) == (403, "subscription_suspended")
    assert own_trusting.call("/orders/1", STAFF.token()).status == 200


def test_the_access_log_names_issuer_subject_and_application(trusting: Gate) -> None:
    path = f"/orders/{time.monotonic_ns()}"
    assert trusting.call(path, STAFF.token(jti="jti-told")).status == 200
    [line] = wait_until(lambda: [line for line in trusting.log_lines() if line.path == path])
    told = [line.issuer, line.foreign_client, line.foreign_subject, line.foreign_jti]
    assert told == [FOREIGN, "shop", "ada@staff", "jti-told"]
    assert [line.jti, line.subject, line.application_id] == [None, None, None]


@pytest.mark.parametrize("place", ["x-api-key", "api-key", "x-goog-api-key"])
def test_the_token_may_stand_where_ours_may(trusting: Gate, place: str) -> None:
    assert trusting.call("/orders/1", headers={place: STAFF.token()}).status == 200
    assert trusting.call(f"/orders/1?key={STAFF.token()}").status == 200


def test_our_own_tokens_pass_as_before(trusting: Gate) -> None:
    assert trusting.call("/orders/1", trusting.issuer.token()).status == 200
    assert trusting.call("/orders/1", trusting.issuer.token(client_id="app_two")).status == 403
    for claim in ("jti", "sub", "client_id"):
        answer = trusting.call("/orders/1", trusting.issuer.token(**{claim: None}))
        assert (answer.status, answer.json["code"]) == (401, "token_invalid")
    assert trusting.call("/orders/1", trusting.issuer.token({"typ": "JWT"})).status == 401


BAD: dict[str, Callable[[Gate], str]] = {
    "unknown application": lambda _: STAFF.token(azp="nobody"),
    "no application": lambda _: STAFF.token(azp=None),
    "application in a list": lambda _: STAFF.token(azp=["shop"]),
    "our application's id": lambda _: STAFF.token(azp="app_one"),
    "our application's id as a client id": lambda _: STAFF.token(azp=None, client_id="app_one"),
    "no jti": lambda _: STAFF.token(jti=None),
    "denied jti": lambda _: STAFF.token(jti="jti-denied"),
    "no subject": lambda _: STAFF.token(sub=None),
    "another audience": lambda _: STAFF.token(aud="elsewhere"),
    "our audience": lambda _: STAFF.token(aud=AUDIENCE),
    "no expiry": lambda _: STAFF.token(exp=None),
    "expired": lambda _: STAFF.token(exp=int(time.time()) - 60),
    "another issuer": lambda _: STAFF.token(iss="https://evil.example"),
    "our issuer, their key": lambda _: STAFF.token({"typ": "at+jwt"}, iss=ISSUER, aud=AUDIENCE, client_id="app_one"),
    "their issuer, our key": lambda gate: gate.issuer.token({"typ": "JWT"}, iss=FOREIGN, aud=["gate"], azp="shop"),
    "their key id, another key": lambda _: ForeignIssuer("staff-1").token(),
    "unknown key id": lambda _: ForeignIssuer("staff-9").token(),
}


@pytest.mark.parametrize("name", BAD)
def test_what_does_not_pass(trusting: Gate, name: str) -> None:
    for path in ("/orders/1", "/tickets/1", "/v1/models"):
        answer = trusting.call(path, BAD[name](trusting))
        assert answer.status in {401, 403}, (name, path, answer.body)


def test_an_unknown_key_is_told_by_its_code(trusting: Gate) -> None:
    """By this code control learns that an issuer may have a new key."""
    answer = trusting.call("/orders/1", ForeignIssuer("staff-9").token())
    assert (answer.status, answer.json["code"]) == (401, "token_unknown_key")
    expired = trusting.call("/orders/1", trusting.issuer.token(exp=int(time.time()) - 60))
    assert expired.json["code"] == "token_expired"


@pytest.mark.parametrize("path", ["/orders/1", "/open/1", "/console/"])
def test_a_spoofed_header_is_cut_off(trusting: Gate, path: str) -> None:
    answer = trusting.call(path, trusting.issuer.token(), headers=SPOOFED)
    assert "x-passgate-foreign-claims" not in answer.json["headers"]


RULES: dict[str, tuple[dict[str, Any], dict[str, Any], bool]] = {
    "one of the values": ({"required_claims": {"dept": ("it", "ops")}}, {"dept": "ops"}, True),
    "another value": ({"required_claims": {"dept": ("it", "ops")}}, {"dept": "hr"}, False),
    "a list that holds it": ({"required_claims": {"groups": ("gate",)}}, {"groups": ["a", "gate"]}, True),
    "a list without it": ({"required_claims": {"groups": ("gate",)}}, {"groups": ["a", "gates"]}, False),
    "no such claim": ({"required_claims": {"groups": ("gate",)}}, {}, False),
    "one of two claims": ({"required_claims": {"a": ("1",), "b": ("2",)}}, {"a": "1"}, False),
    "a claim with a URL's name": (
        {"required_claims": {"https://c.example/g": ("x",)}},
        {"https://c.example/g": "x"},
        True,
    ),
    "jti not needed": ({"needs_jti": False}, {"jti": None}, True),
    "blocked subject": ({"blocked_subjects": ("eve", "ada@staff")}, {}, False),
    "another subject blocked": ({"blocked_subjects": ("eve",)}, {}, True),
    "application by subject": (
        {"application_claim": "sub", "applications": {"svc-1": "app_one"}},
        {"sub": "svc-1"},
        True,
    ),
    "one application": ({"application_id": "app_one"}, {"azp": None}, True),
    "one application, not subscribed": ({"application_id": "app_two"}, {"azp": "shop"}, False),
    "an odd value": ({"applications": {"a|b c": "app_one"}}, {"azp": "a|b c"}, True),
    "a value that is our application": ({"applications": {"app_one": "app_two"}}, {"azp": "app_one"}, False),
}


def test_the_rules_of_an_issuer_are_those_of_the_workers(own_trusting: Gate) -> None:
    for name, (rules, claims, passes) in RULES.items():
        trusted = STAFF.trusted(**rules)
        assert publish(own_trusting, trusted).kind is OutcomeKind.APPLIED, (name, own_trusting.rejected)
        answer = own_trusting.call("/orders/1", STAFF.token(**claims))
        assert (answer.status == 200) is passes, (name, answer.status, answer.body)
        decided = application_of(trusted, STAFF.claims(**claims))
        assert (decided == "app_one") is passes, name


def test_the_header_can_be_held_to_access_tokens(own_trusting: Gate) -> None:
    publish(own_trusting, STAFF.trusted(token_type="at+jwt"))
    assert own_trusting.call("/orders/1", STAFF.token({"typ": "at+jwt"})).status == 200
    assert own_trusting.call("/orders/1", STAFF.token({"typ": "JWT"})).status == 401


def test_two_issuers_are_not_taken_for_each_other(own_trusting: Gate) -> None:
    second = ForeignIssuer("staff-2")
    rules = {"id": "iss_2", "issuer": f"{FOREIGN}2", "applications": {"shop": "app_two", "2|shop": "app_one"}}
    publish(own_trusting, STAFF.trusted(), second.trusted(**rules))
    assert own_trusting.call("/orders/1", STAFF.token()).status == 200
    assert own_trusting.call("/orders/1", second.token(iss=f"{FOREIGN}2")).status == 403
    assert own_trusting.call("/orders/1", second.token()).status == 401
    assert own_trusting.call("/orders/1", STAFF.token(iss=f"{FOREIGN}2")).status == 401
    assert own_trusting.call("/orders/1", STAFF.token(azp="2|shop")).status == 403


def test_a_key_rotation_there_refuses_no_call_here(own_trusting: Gate) -> None:
    """The next key is published, then signs, then the old one goes; calls go on all the while."""
    newer = ForeignIssuer("staff-2")
    current: list[Issuer] = [STAFF]
    statuses: list[int] = []
    done = threading.Event()

    def keep_calling() -> None:
        while not done.is_set():
            statuses.append(own_trusting.call("/orders/1", current[0].token()).status)

    caller = threading.Thread(target=keep_calling)
    caller.start()
    try:
        for signer, keys in ((STAFF, (newer,)), (newer, (newer,)), (newer, ())):
            trusted = (newer if signer is newer and not keys else STAFF).trusted(*keys)
            assert publish(own_trusting, trusted).kind is OutcomeKind.APPLIED
            current[0] = signer
            seen = len(statuses)
            wait_until(lambda seen=seen: len(statuses) > seen + 20)  # type: ignore[misc]  # bound at once
    finally:
        done.set()
        caller.join()
    assert set(statuses) == {200}
    assert own_trusting.call("/orders/1", STAFF.token()).status == 401
    assert own_trusting.call("/orders/1", newer.token()).status == 200


def test_an_issuer_that_goes_is_refused_at_once(own_trusting: Gate) -> None:
    token = STAFF.token()
    assert own_trusting.call("/orders/1", token).status == 200
    publish(own_trusting)
    assert own_trusting.call("/orders/1", token).status == 401
    assert own_trusting.call("/orders/1", own_trusting.issuer.token()).status == 200
