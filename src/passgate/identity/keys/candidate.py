"""A private key that somebody offers for import: read from PEM or JWK, not yet judged."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from passgate.identity.errors import KeyRefusedError
from passgate.identity.keys.material import PrivateKey, number_of, private_key_of
from passgate.identity.keys.policy import check_jwk, check_rsa_numbers, check_set
from passgate.sdk.strict_json import strict_object
from passgate.sdk.verification_key import public_key_of


@dataclass(frozen=True, slots=True)
class Candidate:
    """A key with what its owner said of it."""

    key: PrivateKey
    kid: str | None = None
    algorithm: str | None = None


def read_candidates(text: str, passphrase: str | None) -> list[Candidate]:
    """The private keys of a PEM file, a JWK (RFC 7517 section 4) or a JWK Set (section 5).

    Raises:
        KeyRefusedError: with the code of the first rule that is broken.
    """
    text = text.strip()
    if text.startswith("{"):
        return [_of_jwk(jwk) for jwk in _jwks_of(text)]
    return [Candidate(_of_pem(text, passphrase))]


def _jwks_of(text: str) -> list[Mapping[str, Any]]:
    try:
        document = strict_object(text.encode())
    except (ValueError, UnicodeEncodeError) as error:
        raise KeyRefusedError(f"The key is not one JSON object: {error}.", code="key_unreadable") from None
    if "keys" not in document:
        return [document]
    jwks = document["keys"]
    check_set(jwks)
    return list(jwks)


def _of_jwk(jwk: Mapping[str, Any]) -> Candidate:
    check_jwk(jwk)
    try:
        if jwk["kty"] == "RSA":
            check_rsa_numbers(number_of(jwk["n"]), number_of(jwk["e"]))
        key = private_key_of(jwk)
        fits = key.public_key() == public_key_of(jwk)
    except (KeyError, TypeError, AttributeError, ValueError, UnsupportedAlgorithm):
        raise KeyRefusedError("The key is broken: its numbers make no key.", code="key_broken") from None
    if not fits:
        raise KeyRefusedError("The key is broken: its public part is another key's.", code="key_broken")
    return Candidate(key, kid=jwk.get("kid"), algorithm=jwk.get("alg"))


def _of_pem(text: str, passphrase: str | None) -> PrivateKey:
    if "PUBLIC KEY" in text or "BEGIN CERTIFICATE" in text:
        raise KeyRefusedError("This is the public part; the gate has to sign with it.", code="key_private_missing")
    try:
        key = load_pem_private_key(text.encode(), passphrase.encode() if passphrase else None)
    except TypeError as error:
        said = "is not encrypted; leave the passphrase out" if passphrase else "is encrypted: its passphrase is needed"
        raise KeyRefusedError(f"The key {said}.", code="key_passphrase", field="passphrase") from error
    except (ValueError, UnsupportedAlgorithm):
        text = "This is no private key in PEM or JWK form" + (", or the passphrase is wrong." if passphrase else ".")
        raise KeyRefusedError(text, code="key_unreadable") from None
    if isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | Ed25519PrivateKey):
        return key
    raise KeyRefusedError("Only RSA, EC and Ed25519 keys sign tokens here.", code="key_kind")
