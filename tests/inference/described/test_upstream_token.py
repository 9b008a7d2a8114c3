import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwt
from joserfc.jwk import ECKey

from passgate.contracts.described_revision import TokenSigning
from passgate.inference.described.upstream_token import upstream_tokens
from passgate.kernel.sealing import UnsealError, Vault

CLAIMS = {"iss": "https://gate.example", "jti": "t1", "iat": 90, "exp": 1_000, "scope": "read", "act": {"sub": "agent"}}


def test_a_token_says_who_calls_and_is_kept_for_half_its_life() -> None:
    vault = Vault.of(b"k" * 32)
    key = ECKey.import_key(ec.generate_private_key(ec.SECP256R1()))
    private = key.as_dict(private=True)
    signing = TokenSigning(
        issuer="https://gate.example", kid="k1", algorithm="ES256", sealed_private_jwk=vault.seal(json.dumps(private))
    )
    tokens = upstream_tokens(signing, vault)

    def asked(now: int, audience: str = "orders", jti: str = "u1") -> str:
        return tokens.token(CLAIMS, ("user_1", "app_1"), audience, 60, now=now, jti=jti)

    first = asked(100)
    read = jwt.decode(first, key, algorithms=["ES256"])
    assert read.header == {"alg": "ES256", "kid": "k1", "typ": "at+jwt"}
    assert read.claims == {
        "iss": "https://gate.example", "sub": "user_1", "aud": "orders", "client_id": "app_1", "jti": "u1",
        "iat": 100, "exp": 160, "scope": "read", "act": {"sub": "agent"},
    }  # fmt: skip
    assert asked(129, jti="u2") == first
    assert asked(130, jti="u2") != first
    assert asked(100, audience="other") != first
    assert jwt.decode(asked(990, jti="u3"), key, algorithms=["ES256"]).claims["exp"] == 1_000
    with pytest.raises(UnsealError):
        upstream_tokens(signing, Vault.of(b"x" * 32))
