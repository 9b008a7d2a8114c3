"""Seals that say the same each time, and last as long as their key: for ids that are handed out and come back.

AES-SIV (RFC 5297): the same text under the same key makes the same seal, so an id can be compared, and what is bound
to it (whose it is) must be said again to open it.
"""

import base64
import binascii
import hashlib
import hmac

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

KEY_BYTES = 32
_MARK_BYTES = 12


class SealBrokenError(ValueError):
    """The text was not sealed so: by another key, with something else bound to it, or not at all."""


class LastingSeal:
    """Seals short texts; opens them for whoever knows what they are bound to."""

    def __init__(self, key: bytes) -> None:
        """Make it.

        Args:
            key: 32 random bytes.

        Raises:
            ValueError: another number of bytes.
        """
        if len(key) != KEY_BYTES:
            raise ValueError(f"the key has {KEY_BYTES} bytes")
        self._cipher = AESSIV(hashlib.blake2b(key, digest_size=64, person=b"passgate seal").digest())
        self._marks = hashlib.blake2b(key, digest_size=32, person=b"passgate mark").digest()

    def seal(self, plain: bytes, *bound: str) -> str:
        """The text, sealed, in the letters of base64url."""
        sealed = self._cipher.encrypt(plain, [one.encode() for one in bound])
        return base64.urlsafe_b64encode(sealed).decode().rstrip("=")

    def open(self, sealed: str, *bound: str) -> bytes:
        """The plain text.

        Raises:
            SealBrokenError: it was not sealed so.
        """
        try:
            blob = base64.b64decode(sealed + "=" * (-len(sealed) % 4), altchars=b"-_", validate=True)
            return self._cipher.decrypt(blob, [one.encode() for one in bound])
        except (InvalidTag, binascii.Error, ValueError) as error:
            raise SealBrokenError("this was not sealed here, or not for this caller") from error

    def mark(self, text: str) -> str:
        """Sixteen letters that stand for a text, and that nobody can make who does not have the key."""
        digest = hmac.new(self._marks, text.encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest[:_MARK_BYTES]).decode()
