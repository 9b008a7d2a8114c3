"""Private keys: made, and written and read as JWKs."""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from passgate.identity.keys.rules import MADE_RSA_BITS
from passgate.sdk.base64url import decoded, encoded
from passgate.sdk.key_strength import RSA_EXPONENT
from passgate.sdk.verification_key import KINDS

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | Ed25519PrivateKey
Jwk = dict[str, str]

_PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi"})
_OPEN_KEYS = 64


def new_private_key(algorithm: str) -> PrivateKey:
    """A fresh key of the kind that the algorithm needs."""
    kind, curve = KINDS[algorithm]
    if kind == "RSA":
        return rsa.generate_private_key(RSA_EXPONENT, MADE_RSA_BITS)
    if kind == "OKP":
        return Ed25519PrivateKey.generate()
    return ec.generate_private_key(ec.SECP256R1() if curve == "P-256" else ec.SECP384R1())


def private_jwk(key: PrivateKey, kid: str, algorithm: str) -> Jwk:
    """The key as a JWK (RFC 7517 section 4) with its id and its one algorithm."""
    kind, curve = KINDS[algorithm]
    about = {"kty": kind, "kid": kid, "use": "sig", "alg": algorithm}
    return about | ({"crv": curve} if curve else {}) | _members(key)


def public_part(jwk: Mapping[str, str]) -> Jwk:
    """What may be published of a JWK."""
    return {name: value for name, value in jwk.items() if name not in _PRIVATE_MEMBERS}


def private_key_of(jwk: Mapping[str, Any]) -> PrivateKey:
    """The private key of a JWK (RFC 7518 section 6, RFC 8037 section 2).

    Raises:
        KeyError, TypeError, AttributeError, ValueError: it is broken.
    """
    if jwk["kty"] == "EC":
        curve: ec.EllipticCurve = ec.SECP256R1() if jwk["crv"] == "P-256" else ec.SECP384R1()
        return ec.derive_private_key(number_of(jwk["d"]), curve)
    if jwk["kty"] == "OKP":
        return Ed25519PrivateKey.from_private_bytes(decoded(jwk["d"]))
    n, e, d = number_of(jwk["n"]), number_of(jwk["e"]), number_of(jwk["d"])
    p, q = (number_of(jwk["p"]), number_of(jwk["q"])) if "p" in jwk else rsa.rsa_recover_prime_factors(n, e, d)
    dp, dq, qi = rsa.rsa_crt_dmp1(d, p), rsa.rsa_crt_dmq1(d, q), rsa.rsa_crt_iqmp(p, q)
    return rsa.RSAPrivateNumbers(p, q, d, dp, dq, qi, rsa.RSAPublicNumbers(e, n)).private_key()


@lru_cache(maxsize=_OPEN_KEYS)
def opened(text: str) -> PrivateKey:
    """The key of a private JWK's JSON. Kept, since reading an RSA key takes longer than several signatures."""
    return private_key_of(json.loads(text))


def _members(key: PrivateKey) -> Jwk:
    if isinstance(key, Ed25519PrivateKey):
        return {"x": encoded(key.public_key().public_bytes_raw()), "d": encoded(key.private_bytes_raw())}
    if isinstance(key, rsa.RSAPrivateKey):
        numbers = key.private_numbers()
        found = {"n": numbers.public_numbers.n, "e": numbers.public_numbers.e, "d": numbers.d}
        found |= {"p": numbers.p, "q": numbers.q, "dp": numbers.dmp1, "dq": numbers.dmq1, "qi": numbers.iqmp}
        return {name: _text(number) for name, number in found.items()}
    point, size = key.public_key().public_numbers(), (key.curve.key_size + 7) // 8
    found = {"x": point.x, "y": point.y, "d": key.private_numbers().private_value}
    return {name: _text(number, size) for name, number in found.items()}


def number_of(text: str) -> int:
    """A JWK's number (RFC 7518 section 2, Base64urlUInt)."""
    return int.from_bytes(decoded(text))


def _text(number: int, size: int | None = None) -> str:
    """Of fixed length for the numbers of a curve (RFC 7518 section 6.2.1.2), without leading zeros otherwise."""
    return encoded(number.to_bytes(size or (number.bit_length() + 7) // 8))
