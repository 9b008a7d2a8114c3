"""Signatures of JWTs. The libraries' general way of making them costs twice the time."""

import json
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384

from passgate.identity.keys.material import PrivateKey
from passgate.sdk.base64url import encoded


def signed_compact(key: PrivateKey, header: Mapping[str, str], claims: Mapping[str, Any]) -> str:
    """A JWT in the compact form (RFC 7515 section 7.1); the header's ``alg`` must be one that fits the key."""
    data = f"{_part(header)}.{_part(claims)}"
    return f"{data}.{encoded(_signature(key, header['alg'], data.encode()))}"


def _signature(key: PrivateKey, algorithm: str, data: bytes) -> bytes:
    if isinstance(key, Ed25519PrivateKey):
        return key.sign(data)
    if isinstance(key, rsa.RSAPrivateKey):
        if algorithm == "PS256":
            return key.sign(data, padding.PSS(padding.MGF1(SHA256()), SHA256.digest_size), SHA256())
        return key.sign(data, padding.PKCS1v15(), SHA256())
    size = (key.curve.key_size + 7) // 8
    pair = decode_dss_signature(key.sign(data, ec.ECDSA(SHA256() if algorithm == "ES256" else SHA384())))
    return b"".join(number.to_bytes(size) for number in pair)  # RFC 7518 section 3.4


def _part(members: Mapping[str, Any]) -> str:
    return encoded(json.dumps(members, separators=(",", ":")).encode())
