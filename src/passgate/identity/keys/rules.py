"""The figures of a signing key's life."""

from datetime import timedelta

DEFAULT_ALGORITHM = "ES256"
"""Every client library verifies it (RFC 7518 section 3.4)."""

MADE_RSA_BITS = 2048
"""Of keys made here; larger ones can be imported. They are renewed often, and sign three times as fast as 3072 bits."""

JWKS_MAX_AGE = timedelta(minutes=5)
"""How long verifiers may keep the published keys without asking."""

PUBLISHED_AHEAD = timedelta(minutes=10)
"""How long a key is published before it signs: longer than anybody keeps the keys without asking."""

UNREGISTERED_LIFETIME = timedelta(days=1)
"""The longest life of a signed token that the registry does not know, such as an ID token."""

EXPIRY_MARGIN = timedelta(minutes=5)
"""A key is published this long after its last token expired, since verifiers allow a leeway."""

RETIRED_KEPT = timedelta(days=30)
"""Retired keys stay to be looked at; revoked ones stay for good, so that none of them comes back."""
