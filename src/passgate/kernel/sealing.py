"""Sealed secrets: AES-256-GCM under a master key that the database never holds.

A sealed secret reads ``v1.<key id>.<base64url of nonce and ciphertext>``. The key's id stands with it, so that a
master key can be rotated while old secrets still open.
"""

import base64
import binascii
import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from passgate.kernel.errors import PassgateError

KEY_BYTES = 32
_NONCE_BYTES = 12
_PARTS = 3


class UnsealError(PassgateError):
    """A sealed secret that none of the known master keys opens."""

    code = "unseal_failed"


def sealing_key_of(sealed: str) -> str:
    """The id of the master key that a sealed secret is under."""
    return sealed.split(".")[1]


def key_id_of(key: bytes) -> str:
    """The id of a master key: the first 8 hexadecimal digits of a hash that says nothing of the key."""
    return hashlib.sha256(b"passgate master key id\0" + key).hexdigest()[:8]


@dataclass(frozen=True, slots=True)
class Vault:
    """Seals under the current master key, opens under any known one."""

    current: str
    keys: Mapping[str, bytes]
    random_bytes: Callable[[int], bytes] = secrets.token_bytes
    source: Callable[[], "Vault"] | None = None
    """Tells which keys hold now, where they may change while a process runs."""

    @classmethod
    def of(cls, *keys: bytes) -> "Vault":
        """A vault of raw 32-byte keys, the first of which seals.

        Raises:
            ValueError: no key, or one that is not 32 bytes long.
        """
        if not keys or any(len(key) != KEY_BYTES for key in keys):
            raise ValueError("a master key has 32 bytes")
        return cls(current=key_id_of(keys[0]), keys={key_id_of(key): key for key in keys})

    def seal(self, plain: str) -> str:
        """The secret, sealed under the current key."""
        now = self.renewed()
        nonce = self.random_bytes(_NONCE_BYTES)
        sealed = AESGCM(now.keys[now.current]).encrypt(nonce, plain.encode(), now.current.encode())
        return f"v1.{now.current}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def renewed(self) -> "Vault":
        """The vault with the keys that hold now; this one opens under the keys that it began with, besides."""
        return self.source() if self.source is not None else self

    def open(self, sealed: str) -> str:
        """The plain secret.

        Raises:
            UnsealError: another form, an unknown master key, or bytes that were tampered with.
        """
        parts = sealed.split(".")
        if len(parts) != _PARTS or parts[0] != "v1":
            raise UnsealError("The sealed secret has an unknown form.")
        key = self.keys.get(parts[1]) or self.renewed().keys.get(parts[1])
        if key is None:
            raise UnsealError(f"The secret is sealed under the master key {parts[1]}, which is not here.")
        try:
            blob = base64.urlsafe_b64decode(parts[2])
            return AESGCM(key).decrypt(blob[:_NONCE_BYTES], blob[_NONCE_BYTES:], parts[1].encode()).decode()
        except (InvalidTag, binascii.Error, ValueError) as error:
            raise UnsealError("The sealed secret was changed.") from error
