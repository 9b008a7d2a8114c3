"""A fresh token of ours for an upstream, made of the caller's, so that the upstream can verify who calls."""

import base64
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from passgate.contracts.described_revision import TokenSigning
from passgate.kernel.sealing import Vault

_MOST_KEPT = 10_000
_KEPT_PART = 2
"""A token is given again for a half of its life."""
_KEPT_CLAIMS = ("scope", "act", "azp", "roles", "acr", "auth_time")
_P256 = 32


@dataclass(slots=True)
class UpstreamTokens:
    """Makes tokens with the key of a configuration, and keeps them for a part of their life."""

    signing: TokenSigning
    sign: Callable[[bytes], bytes]
    kept: OrderedDict[tuple[str, str, int], tuple[int, str]] = field(default_factory=OrderedDict)

    def token(  # noqa: PLR0913 - what a token says, and the moment
        self,
        claims: Mapping[str, Any],
        caller: tuple[str, str | None],
        audience: str,
        seconds: int,
        *,
        now: int,
        jti: str,
    ) -> str:
        """A token.

        Args:
            claims: of the caller's verified token.
            caller: its subject and application, as the gate knows them.
            audience: for whom it is.
            seconds: how long it holds; never longer than the caller's.
            now: NumericDate.
            jti: of the token, should a new one be made.
        """
        key = f"{claims.get('iss')}|{claims.get('jti')}|{caller[0]}|{claims.get('iat')}", audience, seconds
        found = self.kept.get(key)
        if found is not None and now < found[0]:
            return found[1]
        until = min(now + seconds, int(claims.get("exp", now + seconds)))
        content = {
            "iss": self.signing.issuer,
            "sub": caller[0],
            "aud": audience,
            "client_id": caller[1] or "",
            "jti": jti,
            "iat": now,
            "exp": until,
            **{name: claims[name] for name in _KEPT_CLAIMS if name in claims},
        }
        header = {"alg": self.signing.algorithm, "kid": self.signing.kid, "typ": "at+jwt"}
        data = _part(orjson.dumps(header)) + b"." + _part(orjson.dumps(content))
        token = (data + b"." + _part(self.sign(data))).decode()
        self.kept[key] = now + (until - now) // _KEPT_PART, token
        while len(self.kept) > _MOST_KEPT:
            self.kept.popitem(last=False)
        return token


def upstream_tokens(signing: TokenSigning, vault: Vault) -> UpstreamTokens:
    """Tokens signed with that key.

    Raises:
        UnsealError: its private part cannot be opened.
    """
    return UpstreamTokens(signing, _signer(orjson.loads(vault.open(signing.sealed_private_jwk))))


def _signer(jwk: Mapping[str, str]) -> Callable[[bytes], bytes]:
    """Signs with a private JWK (RFC 7518 sections 3 and 6, RFC 8037)."""
    if jwk["kty"] == "EC":
        curve_key = ec.derive_private_key(_number(jwk["d"]), ec.SECP256R1())

        def by_curve(data: bytes) -> bytes:
            r, s = decode_dss_signature(curve_key.sign(data, ec.ECDSA(SHA256())))
            return r.to_bytes(_P256) + s.to_bytes(_P256)

        return by_curve
    if jwk["kty"] == "OKP":
        edwards_key = ed25519.Ed25519PrivateKey.from_private_bytes(_bytes(jwk["d"]))
        return edwards_key.sign
    p, q, d, dp, dq, qi, e, n = (_number(jwk[name]) for name in ("p", "q", "d", "dp", "dq", "qi", "e", "n"))
    rsa_key = rsa.RSAPrivateNumbers(p, q, d, dp, dq, qi, rsa.RSAPublicNumbers(e, n)).private_key()
    return lambda data: rsa_key.sign(data, padding.PKCS1v15(), SHA256())


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _number(text: str) -> int:
    return int.from_bytes(_bytes(text))


def _part(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")
