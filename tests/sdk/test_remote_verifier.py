"""The verifier of a service, over real HTTP: rotation, revocation, an issuer that is away."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping

import pytest

from passgate.sdk import IssuerUnreachableError, TokenRefusedError, Verifier, verify
from passgate.sdk.fetching import Fetched, http_fetch
from passgate.sdk.issuer_state import REFETCH_PAUSE_SECONDS
from sdk.issuer_stub import AUDIENCE, IssuerStub, issuer, new_key

JWKS, REVOCATIONS = "/.well-known/jwks.json", "/oauth2/revocations"


def code_of(verifier: Verifier, token: str) -> str | None:
    try:
        verifier.verify(token)
    except TokenRefusedError as refused:
        return refused.code
    return None


def wait_until(holds: Callable[[], bool], seconds: float = 10) -> float:
    """Seconds until it holds."""
    started = time.monotonic()
    while not holds():
        assert time.monotonic() - started < seconds
        time.sleep(0.002)
    return time.monotonic() - started


def test_three_lines_verify_a_token(stub: IssuerStub) -> None:
    verifier = Verifier(stub.url, audience=AUDIENCE)
    token = verifier.verify(stub.token())
    assert (token.subject, token.has_scopes("orders.read"), token.kid) == ("app_1", True, "key_1")
    verifier.stop()


def test_the_plain_function_keeps_its_verifier(stub: IssuerStub) -> None:
    for number in range(3):
        assert verify(stub.token(jti=f"tok_{number}"), issuer=stub.url, audience=AUDIENCE).jti == f"tok_{number}"
    assert stub.count(JWKS) == 1


def test_nothing_is_asked_for_a_call(stub: IssuerStub, verifier: Verifier) -> None:
    verifier.start()
    wait_until(lambda: stub.count(f"{REVOCATIONS}?wait=") == 1)
    asked = len(stub.asked)
    for number in range(50):
        verifier.verify(stub.token(jti=f"tok_{number}"))
    assert len(stub.asked) == asked


def test_another_audience_or_issuer_is_refused(stub: IssuerStub, verifier: Verifier) -> None:
    assert code_of(verifier, stub.token(aud="billing")) == "token_audience_wrong"
    assert code_of(verifier, stub.token(iss="https://elsewhere.example")) == "token_issuer_wrong"


def test_a_new_key_is_asked_for_when_its_first_token_comes(stub: IssuerStub) -> None:
    moments = [1000.0]
    verifier = Verifier(stub.url, AUDIENCE)
    verifier.start()
    verifier._state.clock = lambda: moments[0]
    verifier._state._keys_asked_at = moments[0]
    fresh = new_key("key_2")
    stub.keys.append(fresh)
    assert code_of(verifier, stub.token(fresh)) == "token_key_unknown"  # it was asked a moment ago
    moments[0] += REFETCH_PAUSE_SECONDS
    assert code_of(verifier, stub.token(fresh)) is None
    assert code_of(verifier, stub.token()) is None
    verifier.stop()


def test_a_flood_of_unknown_kids_asks_the_issuer_once(stub: IssuerStub) -> None:
    moments = [1000.0]
    verifier = Verifier(stub.url, AUDIENCE)
    verifier.start()
    verifier._state.clock = lambda: moments[0]
    verifier._state._keys_asked_at = moments[0]
    moments[0] += REFETCH_PAUSE_SECONDS + 1
    tokens = [stub.token(header={"kid": f"made-up-{number}"}) for number in range(40)]
    threads = [threading.Thread(target=code_of, args=(verifier, token)) for token in tokens]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert stub.count(JWKS) == 2
    verifier.stop()


@pytest.mark.parametrize(
    ("kind", "value", "not_before"),
    [
        ("token", "tok_1", None),
        ("subject", "app_1", 1 << 40),
        ("application", "app_1", 1 << 40),
        ("everything", "", 1 << 40),
        ("key", "key_1", None),
    ],
)
def test_a_revocation_bites_within_a_second_though_the_token_is_kept(
    stub: IssuerStub, verifier: Verifier, kind: str, value: str, not_before: int | None
) -> None:
    token = stub.token()
    for _ in range(3):
        assert code_of(verifier, token) is None
    wait_until(lambda: stub.count(f"{REVOCATIONS}?wait=") == 1)
    stub.revoke("token", "tok_other")
    stub.revoke(kind, value, not_before)
    assert wait_until(lambda: code_of(verifier, token) == "token_revoked") < 1
    assert verifier.revocation_seq == 2


def test_an_issuer_that_does_not_hold_questions_is_asked_at_a_pace(verifier: Verifier, stub: IssuerStub) -> None:
    stub.holds_questions = False
    token = stub.token()
    verifier.verify(token)
    before = stub.count(REVOCATIONS)
    time.sleep(1.2)
    assert 1 <= stub.count(REVOCATIONS) - before <= 4
    stub.revoke("token", "tok_1")
    assert wait_until(lambda: code_of(verifier, token) == "token_revoked") < 1


def test_revocations_need_not_be_followed(stub: IssuerStub) -> None:
    stub.revoke("token", "tok_1")
    verifier = Verifier(stub.url, AUDIENCE, follow_revocations=False)
    assert code_of(verifier, stub.token()) is None
    assert stub.count(REVOCATIONS) == 0
    verifier.stop()


def test_with_the_issuer_gone_the_last_known_keys_and_list_serve_on_and_then_follow_again() -> None:
    with issuer() as stub:
        verifier = Verifier(stub.url, AUDIENCE, timeout=1)
        stub.revoke("token", "tok_bad")
        good, bad, key, port = stub.token(), stub.token(jti="tok_bad"), stub.keys[0], stub.port
        assert (code_of(verifier, good), code_of(verifier, bad)) == (None, "token_revoked")
        fresh = stub.token(jti="tok_2")
    assert (code_of(verifier, good), code_of(verifier, fresh)) == (None, None)
    assert code_of(verifier, bad) == "token_revoked"
    with issuer(port, keys=[key], seq=9, entries=[{"seq": 9, "kind": "token", "value": "tok_1"}]):
        wait_until(lambda: code_of(verifier, good) == "token_revoked")
    verifier.stop()


def test_without_any_knowledge_nothing_is_accepted_and_the_issuer_is_not_pressed(stub: IssuerStub) -> None:
    stub.broken = True
    verifier = Verifier(stub.url, AUDIENCE)
    token = stub.token()
    for _ in range(20):
        with pytest.raises(IssuerUnreachableError):
            verifier.verify(token)
    assert len(stub.asked) == 1
    stub.broken = False
    wait_until(lambda: not _unreachable(verifier, token))
    assert code_of(verifier, token) is None
    verifier.stop()


def _unreachable(verifier: Verifier, token: str) -> bool:
    try:
        verifier.verify(token)
    except IssuerUnreachableError:
        return True
    return False


def test_a_deny_list_that_cannot_be_had_at_first_is_no_empty_one(stub: IssuerStub) -> None:
    real = http_fetch()

    def fetch(url: str, *, headers: Mapping[str, str], timeout: float, body: bytes | None = None) -> Fetched:
        if REVOCATIONS in url:
            return Fetched(503, b"")
        return real(url, headers=headers, timeout=timeout, body=body)

    with pytest.raises(IssuerUnreachableError):
        Verifier(stub.url, AUDIENCE, fetch=fetch).verify(stub.token())


def test_silence_may_be_limited(stub: IssuerStub) -> None:
    verifier = Verifier(stub.url, AUDIENCE, max_staleness=60)
    token = stub.token()
    assert code_of(verifier, token) is None
    wait_until(lambda: stub.count(f"{REVOCATIONS}?wait=") == 1)
    verifier._state.confirmed_at -= 61
    with pytest.raises(IssuerUnreachableError):
        verifier.verify(token)
    verifier.stop()


@pytest.mark.parametrize(
    "document",
    [
        b"{}",
        b"[]",
        b"nonsense",
        b'{"keys": [{"kty": "oct", "k": "AAAA", "kid": "s", "alg": "HS256"}]}',
        b'{"keys": 7}',
        b'{"keys": [7]}',
    ],
)
def test_a_key_set_that_cannot_be_trusted_gives_no_keys(document: bytes) -> None:
    def fetch(url: str, *, headers: Mapping[str, str], timeout: float, body: bytes | None = None) -> Fetched:
        del headers, timeout, body
        return Fetched(200, document if JWKS in url else b'{"seq": 0, "entries": []}')

    with pytest.raises(IssuerUnreachableError):
        Verifier("https://gate.example", AUDIENCE, fetch=fetch).verify("a.b.c")


def test_redirects_are_not_followed() -> None:
    with issuer() as stub, pytest.raises(IssuerUnreachableError):
        Verifier("https://gate.example", AUDIENCE, base_url=f"{stub.url}/elsewhere").verify("a.b.c")
    with pytest.raises(IssuerUnreachableError, match="neither https"):
        Verifier("file:///etc/passwd", AUDIENCE).verify("a.b.c")


def test_a_kept_token_ends_with_its_expiry(stub: IssuerStub) -> None:
    now = [time.time()]
    verifier = Verifier(stub.url, AUDIENCE, clock=lambda: now[0])
    token = stub.token()
    assert (code_of(verifier, token), code_of(verifier, token)) == (None, None)
    now[0] += 603
    assert code_of(verifier, token) is None
    now[0] += 3
    assert code_of(verifier, token) == "token_expired"
    verifier.stop()


def test_no_more_tokens_are_kept_than_said(stub: IssuerStub) -> None:
    verifier = Verifier(stub.url, AUDIENCE, cached_tokens=20)
    for number in range(100):
        verifier.verify(stub.token(jti=f"tok_{number}"))
        assert len(verifier._kept) <= 20
    verifier.stop()


def test_a_key_that_is_gone_takes_its_kept_tokens_along(stub: IssuerStub, verifier: Verifier) -> None:
    token = stub.token()
    assert code_of(verifier, token) is None
    stub.keys = [new_key("key_2")]
    assert verifier._state.refresh_keys()
    assert code_of(verifier, token) == "token_key_unknown"


_FORKED = """
import os, sys
from passgate.sdk import Verifier, TokenRefusedError
verifier = Verifier(sys.argv[1], "orders")
verifier.verify(sys.argv[2])
read, write = os.pipe()
child = os.fork()
if child == 0:
    import time
    verifier.verify(sys.argv[2])
    os.write(write, b"+")
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            verifier.verify(sys.argv[2])
        except TokenRefusedError:
            os._exit(0)
        time.sleep(0.01)
    os._exit(1)
os.read(read, 1)
print("forked", flush=True)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_a_forked_process_follows_too(stub: IssuerStub) -> None:
    token = stub.token()
    command = [sys.executable, "-c", _FORKED, stub.url, token]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"forked\n"
        stub.revoke("token", "tok_1")
        assert process.wait(30) == 0
