"""Keys and tokens for the tests; good ones, and bad ones on purpose."""

import itertools
import time
from dataclasses import dataclass, field
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey

ISSUER, AUDIENCE = "https://gate.example", "https://gate.example/api"
_numbers = itertools.count(1)


@dataclass
class Issuer:
    """One signing key, and tokens signed with it."""

    kid: str = "key-1"
    key: ECKey = field(init=False)

    def __post_init__(self) -> None:
        self.key = ECKey.generate_key("P-256", {"kid": self.kid, "alg": "ES256", "use": "sig"})

    @property
    def public(self) -> dict[str, str]:
        return {name: str(value) for name, value in self.key.as_dict(private=False).items()}

    def claims(self, **changes: Any) -> dict[str, Any]:
        """Good claims, with changes; a claim set to None is left out."""
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": "user_ada",
            "client_id": "app_one",
            "jti": f"jti-{next(_numbers)}",
            "iat": now,
            "exp": now + 600,
            "scope": "read write",
        }
        return {name: value for name, value in {**claims, **changes}.items() if value is not None}

    def token(self, header: dict[str, Any] | None = None, **changes: Any) -> str:
        head = {"alg": "ES256", "typ": "at+jwt", "kid": self.kid, **(header or {})}
        return jwt.encode(head, self.claims(**changes), self.key)
