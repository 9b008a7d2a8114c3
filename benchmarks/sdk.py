"""How many tokens a service verifies in a second, on one core: ``python -m benchmarks.sdk``.

The SDK as a service uses it, with a deny list of 10,000 entries: each token for the first time (by algorithm), and the
same tokens again, from the cache of verified tokens. Per second of processor time, so that a busy machine does not
count; the median of the rounds.
"""

import argparse
import json
import statistics
import time
from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc.jwk import ECKey, OKPKey, RSAKey

from passgate.sdk import Verifier
from passgate.sdk.fetching import Fetched
from passgate.sdk.signing_key import SigningKey

ISSUER, AUDIENCE = "https://gate.example", "orders"
ENTRIES = 10_000
_ROUNDS = 5
_TOKENS = 2_000
_CACHED_CALLS = 200_000

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sdk", description=__doc__)
    parser.add_argument("--rounds", type=int, default=_ROUNDS, help="the median counts")
    rounds: int = parser.parse_args().rounds
    print(f"{'':<16}{'uncached/s':>12}{'cached/s':>12}")
    for algorithm, private in _keys().items():
        key, _ = _prepared(algorithm, private)
        tokens = [_token(key, number) for number in range(_TOKENS)]
        again = (tokens * (_CACHED_CALLS // _TOKENS))[:_CACHED_CALLS]
        uncached, cached = [], []
        for _ in range(rounds):
            _, verifier = _prepared(algorithm, private)
            uncached.append(_rate(verifier, tokens))
            cached.append(_rate(verifier, again))
            verifier.stop()
        print(f"{algorithm:<16}{statistics.median(uncached):>12,.0f}{statistics.median(cached):>12,.0f}")


def _rate(verifier: Verifier, tokens: list[str]) -> float:
    verify = verifier.verify
    started = time.process_time()
    for token in tokens:
        verify(token)
    return len(tokens) / (time.process_time() - started)


def _keys() -> dict[str, PrivateKey]:
    return {
        "ES256": ec.generate_private_key(ec.SECP256R1()),
        "EdDSA": ed25519.Ed25519PrivateKey.generate(),
        "RS256": rsa.generate_private_key(65537, 2048),
    }


def _prepared(algorithm: str, private: PrivateKey) -> tuple[SigningKey, Verifier]:
    """A key, and a verifier that knows it and a long deny list; nothing goes over a network."""
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    kind = {"ES256": ECKey, "EdDSA": OKPKey, "RS256": RSAKey}[algorithm]
    jwk = kind.import_key(pem).as_dict(private=False) | {"kid": "key_1", "alg": algorithm, "use": "sig"}
    entries = [{"seq": seq, "kind": "token", "value": f"tok_denied_{seq}"} for seq in range(1, ENTRIES + 1)]
    documents = {
        "/.well-known/jwks.json": json.dumps({"keys": [jwk]}).encode(),
        "/oauth2/revocations": json.dumps({"seq": ENTRIES, "entries": entries}).encode(),
    }

    def fetch(url: str, *, headers: Mapping[str, str], timeout: float, body: bytes | None = None) -> Fetched:
        del timeout, body
        path = url.removeprefix(ISSUER).partition("?")[0]
        if "If-None-Match" in headers:
            time.sleep(1)  # as an issuer without news
            return Fetched(304, b"")
        return Fetched(200, documents[path], '"1"')

    verifier = Verifier(ISSUER, AUDIENCE, fetch=fetch)
    verifier.start()
    return SigningKey.of_pem(pem, "key_1", algorithm), verifier


def _token(key: SigningKey, number: int) -> str:
    now = int(time.time())
    claims = {"iss": ISSUER, "sub": "app_1", "aud": AUDIENCE, "client_id": "app_1", "scope": "orders.read orders.write"}
    return key.sign(claims | {"jti": f"tok_{number}", "iat": now, "exp": now + 3600}, typ="at+jwt")


if __name__ == "__main__":
    main()
