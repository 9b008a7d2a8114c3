"""The keys that tokens are verified with: each has one algorithm, and no other may be used with it."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

_MIN_RSA_BITS = 2048

SigningKeyType = type[ECKey] | type[RSAKey] | type[OKPKey]

_ALGORITHMS: Mapping[str, tuple[SigningKeyType, str, str | None]] = {
    "ES256": (ECKey, "EC", "P-256"),
    "ES384": (ECKey, "EC", "P-384"),
    "RS256": (RSAKey, "RSA", None),
    "PS256": (RSAKey, "RSA", None),
    "EdDSA": (OKPKey, "OKP", "Ed25519"),
}
"""Algorithm -> its kind of key and curve (RFC 7518 section 3.1, RFC 8037).

No symmetric one: whoever could verify could sign.
"""


class KeyUnusableError(ValueError):
    """A key or key set that must not be trusted; the text says why."""


@dataclass(frozen=True, slots=True)
class VerificationKey:
    """A public key under its id, with the one algorithm that it serves (RFC 8725 section 3.1)."""

    kid: str
    algorithm: str
    key: ECKey | RSAKey | OKPKey

    @classmethod
    def of_jwk(cls, jwk: Mapping[str, Any]) -> "VerificationKey":
        """The key of a JWK (RFC 7517 section 4).

        Raises:
            KeyUnusableError: no kid, no known alg, a kind or curve that is not the algorithm's, RSA below 2048 bits,
                or a key that is meant for something else than signatures.
        """
        kid, algorithm = jwk.get("kid"), jwk.get("alg")
        if not isinstance(kid, str) or not kid:
            raise KeyUnusableError("a key needs a kid")
        if not isinstance(algorithm, str) or algorithm not in _ALGORITHMS:
            raise KeyUnusableError(f"the key {kid} names no algorithm of {', '.join(_ALGORITHMS)}")
        if jwk.get("use", "sig") != "sig" or "verify" not in jwk.get("key_ops", ["verify"]):
            raise KeyUnusableError(f"the key {kid} is not meant for signatures")
        key_type, kty, curve = _ALGORITHMS[algorithm]
        if jwk.get("kty") != kty or jwk.get("crv") != curve:
            raise KeyUnusableError(f"the key {kid} is not of the kind that {algorithm} needs")
        public = {name: value for name, value in jwk.items() if name in {"kty", "crv", "x", "y", "n", "e"}}
        if kty == "RSA" and _bits(jwk.get("n")) < _MIN_RSA_BITS:
            raise KeyUnusableError(f"the key {kid} is shorter than {_MIN_RSA_BITS} bits")
        try:
            return cls(kid, algorithm, key_type.import_key(public))
        except (JoseError, ValueError) as error:
            raise KeyUnusableError(f"the key {kid} is broken") from error


def _bits(modulus: object) -> int:
    try:
        text = str(modulus)
        return int.from_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))).bit_length()
    except ValueError:
        return 0


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
