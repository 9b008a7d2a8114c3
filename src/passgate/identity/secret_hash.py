"""Secrets that the server made: 256 random bits, so a fast hash is enough."""

import hashlib


def secret_hash(secret: str) -> str:
    """SHA-256 in hexadecimal, which is all that is stored."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
