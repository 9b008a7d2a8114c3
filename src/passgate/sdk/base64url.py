"""base64url without padding (RFC 7515 section 2), in the one spelling that each value has."""

import binascii
from base64 import urlsafe_b64encode

_STANDARD = str.maketrans("-_", "+/")


def encoded(data: bytes) -> str:
    """The text of the bytes."""
    return urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decoded(text: str) -> bytes:
    """The bytes of the text.

    Raises:
        ValueError: other letters, padding, or bits in the last letter that no byte uses: a second spelling of a value.
    """
    if not text.isascii() or "+" in text or "/" in text:
        raise ValueError("not base64url")
    rest = len(text) % 4
    data = binascii.a2b_base64(text.translate(_STANDARD) + "=" * (-rest % 4), strict_mode=True)
    if rest and encoded(data[-(len(data) % 3) :]) != text[-rest:]:
        raise ValueError("unused bits are set")
    return data
