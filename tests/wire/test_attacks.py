"""Every attack, on a real Envoy, the strict verifier and the SDK: one verdict, or a difference that is known."""

import base64
import json
import random
import time
from collections.abc import Iterator, Mapping

import pytest

from passgate.sdk import TokenRefusedError, Verifier
from passgate.sdk.fetching import Fetched
from passgate.sdk.verification_key import keys_of_jwks
from passgate.sdk.verifier import StrictVerifier
from wire.attacks import ATTACKS, Verdict
from wire.rig import Gate
from wire.tokens import AUDIENCE, ISSUER


@pytest.fixture(scope="module")
def sdk(gate: Gate) -> Iterator[Verifier]:
    """The SDK, following an issuer of the gate's keys."""
    documents = {
        "/.well-known/jwks.json": {"keys": [gate.issuer.public]},
        "/oauth2/revocations": {"seq": 0, "entries": []},
    }

    def fetch(url: str, *, headers: Mapping[str, str], timeout: float, body: bytes | None = None) -> Fetched:
        del headers, timeout, body
        return Fetched(200, json.dumps(documents[url.removeprefix(ISSUER)]).encode())

    verifier = Verifier(ISSUER, AUDIENCE, fetch=fetch)
    yield verifier
    verifier.stop()


def verdict_of_envoy(gate: Gate, token: str) -> Verdict:
    seen = len(gate.rest.seen)
    status = gate.call("/orders/1", token).status
    assert status in {200, 400, 401, 431}
    assert len(gate.rest.seen) - seen == (1 if status == 200 else 0)
    return "accepted" if status == 200 else "refused"


def verdict_of_verifier(gate: Gate, token: str) -> Verdict:
    keys = keys_of_jwks({"keys": [gate.issuer.public]})
    try:
        StrictVerifier(issuer=ISSUER, audience=AUDIENCE, keys=keys).verify(token, now=time.time())
    except TokenRefusedError:
        return "refused"
    return "accepted"


def verdict_of_sdk(sdk: Verifier, token: str) -> Verdict:
    try:
        sdk.verify(token)
    except TokenRefusedError:
        return "refused"
    return "accepted"


@pytest.mark.parametrize("name", ATTACKS)
def test_the_verdict_is_one_or_the_difference_is_known(gate: Gate, sdk: Verifier, name: str) -> None:
    attack = ATTACKS[name]
    token = attack.make(gate.issuer)
    found = {
        "verifier": verdict_of_verifier(gate, token),
        "sdk": verdict_of_sdk(sdk, token),
        "envoy": verdict_of_envoy(gate, token),
    }
    wanted = {"verifier": attack.verdict, "sdk": attack.verdict, "envoy": attack.envoys or attack.verdict}
    assert found == wanted


def test_the_same_mutations_do_no_harm_at_the_real_gate(gate: Gate, sdk: Verifier) -> None:
    """A thousand of what tests/sdk does a hundred thousand times: what Envoy lets pass is another spelling of one."""
    chance = random.Random(20_261_123)  # noqa: S311 - the same mutations in every run
    good = gate.issuer.token()
    assert verdict_of_sdk(sdk, good) == "accepted"
    for _ in range(1000):
        place, letter = chance.randrange(len(good)), chr(chance.randrange(33, 127))
        token = good[:place] + letter + good[place + 1 :]
        if token == good:
            continue
        assert verdict_of_sdk(sdk, token) == "refused"
        if verdict_of_envoy(gate, token) == "accepted":
            assert decoded_loosely(token) == decoded_loosely(good)


def decoded_loosely(token: str) -> list[bytes]:
    return [base64.urlsafe_b64decode(part + "==") for part in token.split(".")]
