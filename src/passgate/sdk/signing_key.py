"""Keys that tokens are signed with: a service's own, for client assertions, and those of the workbench."""

import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from passgate.sdk.base64url import decoded, encoded
from passgate.sdk.verification_key import (
    KINDS,
    KeyUnusableError,
    PublicKey,
    VerificationKey,
    public_jwk_of,
    public_key_of,
)

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | Ed25519PrivateKey
_BYTES_OF_CURVE = {"secp256r1": 32, "secp384r1": 48}


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key or shared secret under its id, with the one algorithm that it serves.

    Attributes:
        kid: its id; empty: none is named in headers.
        algorithm: ``alg`` of what it signs.
        verifies: its public part, or the secret itself.
    """

    kid: str
    algorithm: str
    verifies: VerificationKey
    _sign: Callable[[bytes], bytes]
    _public: PublicKey | None = None

    @classmethod
    def of_secret(cls, secret: bytes, kid: str = "") -> "SigningKey":
        """A secret that both sides share, for HS256."""
        return cls(
            kid, "HS256", VerificationKey.of_secret(secret, kid), lambda data: hmac.digest(secret, data, "sha256")
        )

    @classmethod
    def of_jwk(cls, jwk: Mapping[str, Any]) -> "SigningKey":
        """The key of a private JWK (RFC 7517).

        Raises:
            KeyUnusableError: it has no private part, or is not to be trusted.
        """
        verifies = VerificationKey.of_jwk(jwk)
        try:
            private = _private_key_of(jwk)
        except (KeyError, TypeError, AttributeError, ValueError, UnsupportedAlgorithm) as error:
            raise KeyUnusableError(f"the key {verifies.kid} has no private part that fits") from error
        sign = _signature(verifies.algorithm, private)
        return cls(verifies.kid, verifies.algorithm, verifies, sign, private.public_key())

    @classmethod
    def of_pem(
        cls, pem: bytes, kid: str = "", algorithm: str | None = None, password: bytes | None = None
    ) -> "SigningKey":
        """A private key in PEM form.

        Args:
            pem: the file.
            kid: the id that headers name it by.
            algorithm: None: ES256, ES384, RS256 or EdDSA, as the key is.
            password: of a sealed one.

        Raises:
            KeyUnusableError: it cannot be read, or is of another kind or too weak.
        """
        try:
            private = load_pem_private_key(pem, password)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise KeyUnusableError("this is no private key in PEM form, or its password is wrong") from error
        if not isinstance(private, PrivateKey):
            raise KeyUnusableError(f"a key serves one of {', '.join(KINDS)}; this one serves none")
        name = algorithm or _usual_algorithm(private)
        verifies = VerificationKey.of_public_key(kid, name, private.public_key())
        return cls(kid, name, verifies, _signature(name, private), private.public_key())

    @property
    def public_jwk(self) -> dict[str, str]:
        """What others verify with (RFC 7517); never a secret.

        Raises:
            KeyUnusableError: it is a secret.
        """
        if self._public is None:
            raise KeyUnusableError("a shared secret has no public part")
        return public_jwk_of(self._public) | {"kid": self.kid, "alg": self.algorithm, "use": "sig"}

    def sign(self, claims: Mapping[str, Any], *, typ: str = "JWT") -> str:
        """A JWT in compact form (RFC 7515 section 7.1).

        Args:
            claims: what it says.
            typ: the header's ``typ``.
        """
        header = {"alg": self.algorithm, "typ": typ} | ({"kid": self.kid} if self.kid else {})
        parts = (
            json.dumps(part, separators=(",", ":"), ensure_ascii=False).encode() for part in (header, dict(claims))
        )
        text = ".".join(map(encoded, parts))
        return f"{text}.{encoded(self._sign(text.encode()))}"


def _private_key_of(jwk: Mapping[str, Any]) -> PrivateKey:
    if jwk["kty"] == "OKP":
        key = Ed25519PrivateKey.from_private_bytes(decoded(jwk["d"]))
        if key.public_key() != public_key_of(jwk):
            raise ValueError("the parts are not of one key")
        return key
    number = {name: int.from_bytes(decoded(jwk[name])) for name in ("d", "p", "q", "dp", "dq", "qi") if name in jwk}
    public = public_key_of(jwk)
    if isinstance(public, ec.EllipticCurvePublicKey):
        return ec.EllipticCurvePrivateNumbers(number["d"], public.public_numbers()).private_key()
    if not isinstance(public, rsa.RSAPublicKey):
        raise TypeError("neither RSA nor EC")
    numbers = rsa.RSAPrivateNumbers(
        number["p"], number["q"], number["d"], number["dp"], number["dq"], number["qi"], public.public_numbers()
    )
    return numbers.private_key()


def _usual_algorithm(key: PrivateKey) -> str:
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return "ES384" if key.curve.name == "secp384r1" else "ES256"
    return "RS256" if isinstance(key, rsa.RSAPrivateKey) else "EdDSA"


def _signature(algorithm: str, key: PrivateKey) -> Callable[[bytes], bytes]:
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return _ecdsa(key, SHA384() if algorithm == "ES384" else SHA256())
    if isinstance(key, Ed25519PrivateKey):
        return key.sign
    method: padding.AsymmetricPadding = padding.PKCS1v15()
    if algorithm == "PS256":
        method = padding.PSS(padding.MGF1(SHA256()), SHA256.digest_size)
    return lambda data: key.sign(data, method, SHA256())


def _ecdsa(key: ec.EllipticCurvePrivateKey, digest: SHA256 | SHA384) -> Callable[[bytes], bytes]:
    size = _BYTES_OF_CURVE[key.curve.name]

    def sign(data: bytes) -> bytes:
        r, s = decode_dss_signature(key.sign(data, ec.ECDSA(digest)))
        return r.to_bytes(size) + s.to_bytes(size)

    return sign
