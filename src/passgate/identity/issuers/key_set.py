"""Key sets of others: which of their keys may be used, each with one algorithm."""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from passgate.identity.issuers.errors import IssuerFetchError
from passgate.identity.issuers.fetching import get_document
from passgate.sdk.verification_key import KINDS, KeyUnusableError, VerificationKey

_PARTS = {"EC": ("crv", "x", "y"), "RSA": ("e", "n"), "OKP": ("crv", "x")}
"""Members that make a public key (RFC 7518 section 6, RFC 8037 section 2)."""
_MAX_KEYS = 50


def fetch_keys(jwks_uri: str, algorithms: Sequence[str]) -> list[dict[str, str]]:
    """The usable keys at that address.

    Raises:
        IssuerFetchError: no key set there, or none of its keys may be used.
    """
    return usable_keys(get_document(jwks_uri), algorithms)


def usable_keys(jwks: Mapping[str, Any], algorithms: Sequence[str]) -> list[dict[str, str]]:
    """The public signature keys of a JWK Set (RFC 7517 section 5), by kid, without anything else that it holds.

    A key that names no ``alg``, as those of some issuers do, serves the algorithms that fit its kind, and stands in the
    list once for each of them. Weak keys, private parts and shared secrets are left out.

    Raises:
        IssuerFetchError: none may be used.
    """
    listed = jwks.get("keys")
    if not isinstance(listed, list):
        raise IssuerFetchError("The key set is no JWK Set.", code="key_set_unusable")
    found = [key for jwk in listed[:_MAX_KEYS] if isinstance(jwk, dict) for key in _usable(jwk, algorithms)]
    if not found:
        raise IssuerFetchError(
            f"The key set holds no public key for {', '.join(algorithms)} that is strong enough.",
            code="key_set_unusable",
        )
    return sorted(found, key=lambda key: (key["kid"], key["alg"]))


def verification_keys(keys: Sequence[Mapping[str, str]], algorithm: str) -> dict[str, VerificationKey]:
    """The keys for one algorithm, by kid."""
    return {key["kid"]: VerificationKey.of_jwk(key) for key in keys if key["alg"] == algorithm}


def _usable(jwk: Mapping[str, Any], algorithms: Sequence[str]) -> list[dict[str, str]]:
    kty = jwk.get("kty")
    names = _PARTS.get(kty) if isinstance(kty, str) else None
    if names is None or jwk.get("use", "sig") != "sig" or "d" in jwk:
        return []
    if not all(isinstance(jwk.get(name), str) for name in names):
        return []
    bare = {"kty": str(kty), **{name: jwk[name] for name in names}}
    kid = jwk["kid"] if isinstance(jwk.get("kid"), str) and jwk["kid"] else _thumbprint(bare)
    found = []
    for algorithm in algorithms:
        if (kty, jwk.get("crv")) != KINDS.get(algorithm) or jwk.get("alg", algorithm) != algorithm:
            continue
        key = {**bare, "kid": kid, "alg": algorithm, "use": "sig"}
        try:
            VerificationKey.of_jwk({**key, **({"key_ops": jwk["key_ops"]} if "key_ops" in jwk else {})})
        except KeyUnusableError:
            continue
        found.append(key)
    return found


def _thumbprint(bare: Mapping[str, str]) -> str:
    """The key's own name where its issuer gave it none (RFC 7638)."""
    text = json.dumps(bare, sort_keys=True, separators=(",", ":"))
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
