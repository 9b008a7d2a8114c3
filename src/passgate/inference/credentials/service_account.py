"""A Google service account's key, and the assertion by which it asks for an access token (RFC 7523)."""

import base64
from dataclasses import dataclass, field
from functools import lru_cache

import orjson
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

SCOPE = "https://www.googleapis.com/auth/cloud-platform"
LIFETIME = 3600
"""Seconds; Google grants no more (https://developers.google.com/identity/protocols/oauth2/service-account)."""


class ServiceAccountError(ValueError):
    """The text is no service account's key."""


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """What a key file says."""

    email: str
    key_id: str
    token_url: str
    project: str
    _private_key: RSAPrivateKey = field(repr=False, compare=False)

    def assertion(self, now: int) -> str:
        """A signed statement of who asks.

        Args:
            now: seconds since 1970.
        """
        head = {"alg": "RS256", "typ": "JWT", "kid": self.key_id}
        claims = {"iss": self.email, "scope": SCOPE, "aud": self.token_url, "iat": now, "exp": now + LIFETIME}
        signed = f"{_encoded(orjson.dumps(head))}.{_encoded(orjson.dumps(claims))}"
        signature = self._private_key.sign(signed.encode(), PKCS1v15(), hashes.SHA256())
        return f"{signed}.{_encoded(signature)}"


@lru_cache(maxsize=64)
def read_service_account(text: str) -> ServiceAccount:
    """Read the JSON key that Google's console gives out.

    Raises:
        ServiceAccountError: a member is missing, or the private key cannot be read.
    """
    try:
        document = orjson.loads(text)
        told = [document[name] for name in ("client_email", "private_key", "token_uri")]
        email, pem, token_url = (value if isinstance(value, str) else "" for value in told)
        private_key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, KeyError) as error:
        message = "The key is not the JSON of a service account with client_email, private_key and token_uri."
        raise ServiceAccountError(message) from error
    if not isinstance(private_key, RSAPrivateKey):
        raise ServiceAccountError("The private key of a service account is an RSA key.")
    return ServiceAccount(
        email, str(document.get("private_key_id", "")), token_url, str(document.get("project_id", "")), private_key
    )


def _encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).decode().rstrip("=")
