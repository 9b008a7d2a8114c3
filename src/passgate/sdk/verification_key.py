"""The keys that tokens are verified with: each has one algorithm, and no other may be used with it."""

import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, HashAlgorithm

from passgate.sdk.base64url import decoded, encoded
from passgate.sdk.key_strength import rsa_weakness

PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey | Ed25519PublicKey
MIN_SECRET_BYTES = 32
"""Of an HS256 secret (RFC 7518 section 3.2)."""

KINDS: Mapping[str, tuple[str, str | None]] = {
    "ES256": ("EC", "P-256"),
    "ES384": ("EC", "P-384"),
    "RS256": ("RSA", None),
    "PS256": ("RSA", None),
    "EdDSA": ("OKP", "Ed25519"),
}
"""Algorithm -> its kind of key and curve (RFC 7518 section 3.1, RFC 8037).

No symmetric one: a key set is public, and whoever could verify could sign.
"""


class KeyUnusableError(ValueError):
    """A key or key set that must not be trusted; the text says why."""


@dataclass(frozen=True, slots=True)
class VerificationKey:
    """A key under its id, with the one algorithm that it serves (RFC 8725 section 3.1).

    Attributes:
        kid: its id.
        algorithm: the one name that ``alg`` may have.
        holds: whether a signature is of some bytes: ``holds(signature, data)``.
    """

    kid: str
    algorithm: str
    holds: Callable[[bytes, bytes], bool]

    @classmethod
    def of_jwk(cls, jwk: Mapping[str, Any]) -> "VerificationKey":
        """The key of a JWK (RFC 7517 section 4); of a private one, its public part.

        Raises:
            KeyUnusableError: no kid, no known alg, a kind or curve that is not the algorithm's, a weak RSA key, or a
                key that is meant for something else than signatures.
        """
        kid, algorithm = jwk.get("kid"), jwk.get("alg")
        if not isinstance(kid, str) or not kid:
            raise KeyUnusableError("a key needs a kid")
        if not isinstance(algorithm, str) or algorithm not in KINDS:
            raise KeyUnusableError(f"the key {kid} names no algorithm of {', '.join(KINDS)}")
        if jwk.get("use", "sig") != "sig" or not _may_verify(jwk.get("key_ops", ["verify"])):
            raise KeyUnusableError(f"the key {kid} is not meant for signatures")
        if (jwk.get("kty"), jwk.get("crv")) != KINDS[algorithm]:
            raise KeyUnusableError(f"the key {kid} is not of the kind that {algorithm} needs")
        try:
            key = public_key_of(jwk)
        except (KeyError, TypeError, AttributeError, ValueError, UnsupportedAlgorithm) as error:
            raise KeyUnusableError(f"the key {kid} is broken") from error
        return cls.of_public_key(kid, algorithm, key)

    @classmethod
    def of_public_key(cls, kid: str, algorithm: str, key: PublicKey) -> "VerificationKey":
        """A key of the ``cryptography`` package.

        Raises:
            KeyUnusableError: it is not of the algorithm's kind, or too weak.
        """
        if isinstance(key, rsa.RSAPublicKey):
            numbers = key.public_numbers()
            weakness = rsa_weakness(numbers.n, numbers.e)
            if weakness is not None:
                raise KeyUnusableError(f"the key {kid} {weakness}")
        return cls(kid, algorithm, _verification(kid, algorithm, key))

    @classmethod
    def of_secret(cls, secret: bytes, kid: str = "") -> "VerificationKey":
        """A secret that both sides share, for HS256 (RFC 7518 section 3.2); its length is the caller's to judge."""

        def holds(signature: bytes, data: bytes) -> bool:
            return hmac.compare_digest(hmac.digest(secret, data, "sha256"), signature)

        return cls(kid, "HS256", holds)


def keys_of_jwks(jwks: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, VerificationKey]:
    """The keys of a JWK Set (RFC 7517 section 5) by kid.

    Raises:
        KeyUnusableError: a key that must not be trusted, or two of one kid.
    """
    keys: dict[str, VerificationKey] = {}
    for jwk in jwks["keys"]:
        key = VerificationKey.of_jwk(jwk)
        if key.kid in keys:
            raise KeyUnusableError(f"two keys have the kid {key.kid}")
        keys[key.kid] = key
    return keys


def usable_keys_of_jwks(jwks: object) -> dict[str, VerificationKey]:
    """The keys of somebody else's JWK Set; those of a kind that is not known here are left out (RFC 7517 section 5).

    Raises:
        KeyUnusableError: no JWK Set, a shared secret in it (which then is none), or two keys of one kid.
    """
    listed = jwks.get("keys") if isinstance(jwks, Mapping) else None
    if not isinstance(listed, list) or not all(isinstance(jwk, Mapping) for jwk in listed):
        raise KeyUnusableError("this is no JWK Set")
    if any(jwk.get("kty") == "oct" for jwk in listed):
        raise KeyUnusableError("the key set publishes a secret")
    kids = [jwk["kid"] for jwk in listed if isinstance(jwk.get("kid"), str)]
    if len(set(kids)) != len(kids):
        raise KeyUnusableError("two keys of the set have one kid")
    keys: dict[str, VerificationKey] = {}
    for jwk in listed:
        try:
            key = VerificationKey.of_jwk(jwk)
        except KeyUnusableError:
            continue
        keys[key.kid] = key
    return keys


def public_key_of(jwk: Mapping[str, Any]) -> PublicKey:
    """The public key of a JWK (RFC 7518 section 6, RFC 8037 section 2).

    Raises:
        KeyError, TypeError, ValueError: it is broken.
    """
    if jwk["kty"] == "RSA":
        return rsa.RSAPublicNumbers(_number(jwk["e"]), _number(jwk["n"])).public_key()
    if jwk["kty"] == "OKP":
        return Ed25519PublicKey.from_public_bytes(decoded(jwk["x"]))
    curve: ec.EllipticCurve = {"P-256": ec.SECP256R1, "P-384": ec.SECP384R1}[jwk["crv"]]()
    x, y = decoded(jwk["x"]), decoded(jwk["y"])
    if len(x) != _octets(curve) or len(y) != _octets(curve):
        raise ValueError("a coordinate is not as long as the curve's field")
    return ec.EllipticCurvePublicNumbers(int.from_bytes(x), int.from_bytes(y), curve).public_key()


def public_jwk_of(key: PublicKey) -> dict[str, str]:
    """The members of a JWK that hold a public key."""
    if isinstance(key, rsa.RSAPublicKey):
        numbers = key.public_numbers()
        return {"kty": "RSA", "n": _text(numbers.n), "e": _text(numbers.e)}
    if isinstance(key, Ed25519PublicKey):
        return {"kty": "OKP", "crv": "Ed25519", "x": encoded(key.public_bytes_raw())}
    point, size = key.public_numbers(), _octets(key.curve)
    x, y = (encoded(number.to_bytes(size)) for number in (point.x, point.y))
    return {"kty": "EC", "crv": "P-384" if size == 48 else "P-256", "x": x, "y": y}  # noqa: PLR2004 - octets of P-384


def _text(number: int) -> str:
    return encoded(number.to_bytes((number.bit_length() + 7) // 8))


def _may_verify(operations: object) -> bool:
    return isinstance(operations, list) and "verify" in operations


def _number(text: str) -> int:
    return int.from_bytes(decoded(text))


def _octets(curve: ec.EllipticCurve) -> int:
    return (curve.key_size + 7) // 8


def _verification(kid: str, algorithm: str, key: PublicKey) -> Callable[[bytes, bytes], bool]:
    if isinstance(key, ec.EllipticCurvePublicKey):
        size = _octets(key.curve)
        if (algorithm, size) == ("ES256", 32):
            return _ecdsa(key, size, SHA256())
        if (algorithm, size) == ("ES384", 48):
            return _ecdsa(key, size, SHA384())
    elif isinstance(key, rsa.RSAPublicKey):
        if algorithm == "RS256":
            return _rsa(key, padding.PKCS1v15())
        if algorithm == "PS256":
            return _rsa(key, padding.PSS(padding.MGF1(SHA256()), SHA256.digest_size))
    elif algorithm == "EdDSA":
        return _eddsa(key)
    raise KeyUnusableError(f"the key {kid} is not of the kind that {algorithm} needs")


def _ecdsa(key: ec.EllipticCurvePublicKey, size: int, digest: HashAlgorithm) -> Callable[[bytes, bytes], bool]:
    method = ec.ECDSA(digest)

    def holds(signature: bytes, data: bytes) -> bool:
        if len(signature) != 2 * size:  # RFC 7518 section 3.4
            return False
        pair = encode_dss_signature(int.from_bytes(signature[:size]), int.from_bytes(signature[size:]))
        try:
            key.verify(pair, data, method)
        except InvalidSignature:
            return False
        return True

    return holds


def _rsa(key: rsa.RSAPublicKey, method: padding.AsymmetricPadding) -> Callable[[bytes, bytes], bool]:
    size, digest = (key.key_size + 7) // 8, SHA256()

    def holds(signature: bytes, data: bytes) -> bool:
        if len(signature) != size:
            return False
        try:
            key.verify(signature, data, method, digest)
        except InvalidSignature:
            return False
        return True

    return holds


def _eddsa(key: Ed25519PublicKey) -> Callable[[bytes, bytes], bool]:
    def holds(signature: bytes, data: bytes) -> bool:
        try:
            key.verify(signature, data)
        except InvalidSignature:
            return False
        return True

    return holds
