"""Keys as people have them at hand: a PEM file, a JWK, a JWK Set, a shared secret; for tools, not for services."""

from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from passgate.sdk.base64url import decoded
from passgate.sdk.strict_json import strict_object
from passgate.sdk.verification_key import (
    KINDS,
    MIN_SECRET_BYTES,
    KeyUnusableError,
    VerificationKey,
    usable_keys_of_jwks,
)


def public_keys_of(text: str) -> dict[str, VerificationKey]:
    """The keys of a PEM file, a JWK or a JWK Set, by kid; of a JWK that does not say it, the usual algorithm.

    Raises:
        KeyUnusableError: it cannot be read, or is not to be trusted.
    """
    text = text.strip()
    if not text.startswith("{"):
        return _of_pem(text)
    try:
        document = strict_object(text.encode())
    except ValueError as error:
        raise KeyUnusableError(f"this is not one JSON object: {error}") from None
    if "keys" in document:
        return usable_keys_of_jwks(document)
    key = VerificationKey.of_jwk({"alg": usual_algorithm(document), "kid": "the given key"} | document)
    return {key.kid: key}


def usual_algorithm(jwk: Mapping[str, Any]) -> str | None:
    """The algorithm of a key that does not say its own; for RSA, which serves two, RS256."""
    kind = (jwk.get("kty"), jwk.get("crv"))
    return next((algorithm for algorithm, fitting in KINDS.items() if fitting == kind), None)


def for_token(keys: Mapping[str, VerificationKey], token: str) -> Mapping[str, VerificationKey]:
    """The keys to check a token with; a single key that somebody gave by hand answers to whatever kid it names."""
    if len(keys) != 1:
        return keys
    (key,) = keys.values()
    try:
        kid = strict_object(decoded(token.partition(".")[0])).get("kid")
    except ValueError:
        return keys
    name = kid if isinstance(kid, str) else key.kid
    return {name: VerificationKey(name, key.algorithm, key.holds)}


def secret_notes(secret: bytes) -> list[str]:
    """What is to be said of an HS256 secret."""
    if len(secret) >= MIN_SECRET_BYTES:
        return []
    weakness = f"The secret has {len(secret)} bytes. Below {MIN_SECRET_BYTES} it can be found by trying"
    return [f"{weakness} (RFC 7518 section 3.2): use it to learn, not to protect anything."]


def _of_pem(text: str) -> dict[str, VerificationKey]:
    try:
        pem = load_pem_public_key(text.encode())
    except (ValueError, UnsupportedAlgorithm):
        raise KeyUnusableError("this is no public key in PEM form") from None
    if isinstance(pem, rsa.RSAPublicKey):
        return {"": VerificationKey.of_public_key("", "RS256", pem)}
    if isinstance(pem, Ed25519PublicKey):
        return {"": VerificationKey.of_public_key("", "EdDSA", pem)}
    if isinstance(pem, ec.EllipticCurvePublicKey):
        return {"": VerificationKey.of_public_key("", "ES384" if pem.key_size == 384 else "ES256", pem)}  # noqa: PLR2004 - P-384
    raise KeyUnusableError(f"the key serves none of {', '.join(KINDS)}")
