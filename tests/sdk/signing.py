"""Tokens as an attacker or a careless issuer would make them: every byte can be chosen."""

import base64
import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc.jwk import ECKey

from passgate.sdk.verification_key import VerificationKey, keys_of_jwks
from passgate.sdk.verifier import StrictVerifier

NOW = 1_800_000_000
PRIVATE = ECKey.import_key(
    {
        "kty": "EC",
        "crv": "P-256",
        # RFC 7515 appendix A.3
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
        "d": "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI",
        "kid": "key_a",
        "alg": "ES256",
        "use": "sig",
    }
)
KEYS: dict[str, VerificationKey] = keys_of_jwks({"keys": [PRIVATE.as_dict(private=False)]})
VERIFIER = StrictVerifier(issuer="https://gate.example", audience="passgate", keys=KEYS, leeway=60)

HEADER = {"alg": "ES256", "kid": "key_a", "typ": "at+jwt"}
CLAIMS = {
    "iss": "https://gate.example",
    "sub": "app_1",
    "aud": "passgate",
    "client_id": "app_1",
    "jti": "tok_1",
    "iat": NOW - 10,
    "exp": NOW + 600,
    "scope": "ai orders.read",
}


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def signed_bytes(header: bytes, payload: bytes, key: ECKey = PRIVATE) -> str:
    """A good ES256 signature over any two byte strings."""
    raw = key.private_key
    assert raw is not None
    text = f"{encoded(header)}.{encoded(payload)}"
    r, s = decode_dss_signature(raw.sign(text.encode(), ECDSA(SHA256())))
    return f"{text}.{encoded(r.to_bytes(32) + s.to_bytes(32))}"


def signed(header: dict[str, Any] | None = None, claims: dict[str, Any] | None = None, key: ECKey = PRIVATE) -> str:
    return signed_bytes(json.dumps(header or HEADER).encode(), json.dumps(claims or CLAIMS).encode(), key)
