"""Which keys may be imported to sign tokens. Every refusal names the rule by its code."""

import re
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from passgate.identity.errors import KeyRefusedError
from passgate.identity.keys.material import PrivateKey
from passgate.sdk.base64url import decoded
from passgate.sdk.key_strength import rsa_weakness
from passgate.sdk.verification_key import KINDS, MIN_SECRET_BYTES

_KID = re.compile(r"[A-Za-z0-9._~:=+/@-]{1,100}")
_LARGEST_SET = 20
_CLOSE_PRIMES_BITS = 100


def check_set(jwks: object) -> None:
    """Refuse a JWK Set that mixes kinds of keys, or has two of one id (RFC 8725 section 3.1; Wycheproof).

    Raises:
        KeyRefusedError: with the code of the rule.
    """
    if not isinstance(jwks, list) or not jwks or not all(isinstance(jwk, dict) for jwk in jwks):
        raise KeyRefusedError("The member keys of a JWK Set is a list of keys.", code="key_unreadable")
    if len(jwks) > _LARGEST_SET:
        raise KeyRefusedError(f"A set has at most {_LARGEST_SET} keys.", code="key_set_too_large")
    if len({str(jwk.get("kty")) for jwk in jwks}) > 1:
        raise KeyRefusedError("The set mixes kinds of keys (kty); import each kind by itself.", code="key_set_mixed")
    kids = [str(jwk["kid"]) for jwk in jwks if "kid" in jwk]
    if len(set(kids)) != len(kids):
        raise KeyRefusedError("Two keys of the set have one kid.", code="key_kid_taken")


def check_jwk(jwk: Mapping[str, Any]) -> None:
    """Refuse a JWK that is no private signing key of a kind that signs here; its numbers are not looked at.

    Raises:
        KeyRefusedError: with the code of the rule.
    """
    kind, curve, algorithm = jwk.get("kty"), jwk.get("crv"), jwk.get("alg")
    if kind == "oct":
        _refuse_secret(jwk)
    if kind not in {known for known, _ in KINDS.values()}:
        raise KeyRefusedError("The member kty must be EC, RSA or OKP.", code="key_kind")
    if (kind, curve) not in KINDS.values():
        raise KeyRefusedError("The curve must be P-256, P-384 or Ed25519.", code="key_curve")
    if algorithm is not None and KINDS.get(str(algorithm)) != (kind, curve):
        text = f"The member alg must be one of {', '.join(KINDS)}, and fit the key."
        raise KeyRefusedError(text, code="key_algorithm")
    operations = jwk.get("key_ops", ["sign"])
    if jwk.get("use", "sig") != "sig" or not isinstance(operations, list) or "sign" not in operations:
        raise KeyRefusedError("The key is not meant to sign (use, key_ops).", code="key_use")
    if not isinstance(jwk.get("d"), str):
        raise KeyRefusedError("This is the public part; the gate has to sign with it.", code="key_private_missing")
    if jwk.get("kid") is not None:
        check_kid(jwk["kid"])


def check_kid(kid: object) -> None:
    """Refuse an id that headers, addresses or shells could trip over.

    Raises:
        KeyRefusedError: with the code of the rule.
    """
    if not isinstance(kid, str) or not _KID.fullmatch(kid):
        text = "A kid has 1 to 100 letters, digits and . _ ~ : = + / @ -"
        raise KeyRefusedError(text, code="key_kid", field="kid")


def check_rsa_numbers(modulus: int, exponent: int) -> None:
    """Refuse a weak RSA key before anything is computed with it.

    Raises:
        KeyRefusedError: with the code of the rule.
    """
    weakness = rsa_weakness(modulus, exponent)
    if weakness is not None:
        raise KeyRefusedError(f"The key {weakness}.", code="key_rsa_weak")


def algorithm_for(key: PrivateKey, declared: str | None, wanted: str | None) -> str:
    """The one algorithm that the key will sign with; refuses weak keys and what does not fit.

    Args:
        key: the private key.
        declared: what its JWK says (``alg``).
        wanted: what whoever imports it asks for; without either an RSA key is for RS256.

    Raises:
        KeyRefusedError: with the code of the rule.
    """
    fitting = _fitting(key)
    if declared is not None and wanted is not None and declared != wanted:
        text = f"The key says that it is for {declared}."
        raise KeyRefusedError(text, code="key_algorithm", field="algorithm")
    chosen = wanted or declared or fitting[0]
    if chosen not in fitting:
        text = f"This key can sign {' or '.join(fitting)} only."
        raise KeyRefusedError(text, code="key_algorithm", field="algorithm")
    return chosen


def _fitting(key: PrivateKey) -> tuple[str, ...]:
    if isinstance(key, Ed25519PrivateKey):
        return ("EdDSA",)
    if isinstance(key, rsa.RSAPrivateKey):
        _check_rsa_key(key)
        return ("RS256", "PS256")
    if isinstance(key.curve, ec.SECP256R1):
        return ("ES256",)
    if isinstance(key.curve, ec.SECP384R1):
        return ("ES384",)
    raise KeyRefusedError("The curve must be P-256, P-384 or Ed25519.", code="key_curve")


def _check_rsa_key(key: rsa.RSAPrivateKey) -> None:
    numbers = key.private_numbers()
    check_rsa_numbers(numbers.public_numbers.n, numbers.public_numbers.e)
    # FIPS 186-5 appendix A.1.3; such keys were sold, and Fermat's method factors them (CVE-2022-26320).
    if abs(numbers.p - numbers.q).bit_length() <= key.key_size // 2 - _CLOSE_PRIMES_BITS:
        raise KeyRefusedError("The key's primes are too close to each other.", code="key_rsa_weak")


def _refuse_secret(jwk: Mapping[str, Any]) -> None:
    try:
        size = len(decoded(jwk["k"]))
    except (KeyError, AttributeError, ValueError):
        size = 0
    if size < MIN_SECRET_BYTES:
        text = f"An HMAC secret has at least {MIN_SECRET_BYTES} bytes (RFC 7518 section 3.2); this one has {size}."
        raise KeyRefusedError(text, code="key_hmac_short")
    text = "This is a shared secret: whoever could verify the gate's tokens could make them. Use EC, RSA or Ed25519."
    raise KeyRefusedError(text, code="key_symmetric")
