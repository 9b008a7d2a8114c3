"""An issuer of others on the loopback: its discovery document, its keys, and tokens signed with them."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from local_site import SiteHandler, local_site

Key = ECKey | RSAKey


def ec_key(kid: str) -> ECKey:
    return ECKey.generate_key("P-256", {"kid": kid, "alg": "ES256", "use": "sig"})


@dataclass
class IssuerSite:
    """What the site answers; a test may change any of it."""

    url: str
    keys: list[Key] = field(default_factory=lambda: [ec_key("one")])
    document: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, tuple[int, Any]] = field(default_factory=dict)
    """Path -> status and JSON, before anything else."""
    asked: list[str] = field(default_factory=list)

    def answer(self, path: str) -> tuple[int, Any]:
        self.asked.append(path)
        if path in self.answers:
            return self.answers[path]
        if path == "/.well-known/openid-configuration":
            names = {"authorization_endpoint": "auth", "token_endpoint": "token", "jwks_uri": "jwks"}
            found = {"issuer": self.url, **{name: f"{self.url}/{end}" for name, end in names.items()}}
            return 200, {**found, "id_token_signing_alg_values_supported": ["ES256", "RS256"], **self.document}
        if path == "/jwks":
            return 200, {"keys": [key.as_dict(private=False) for key in self.keys]}
        return 404, {}

    def token(self, key: Key | None = None, header: dict[str, Any] | None = None, **changes: Any) -> str:
        """A good ID token, with changes; a claim set to None is left out."""
        now, key = int(time.time()), key or self.keys[0]
        claims = {"iss": self.url, "aud": "passgate", "sub": "ada", "nonce": "n", "iat": now, "exp": now + 300}
        claims = {name: value for name, value in {**claims, **changes}.items() if value is not None}
        head = {"alg": key.as_dict()["alg"], "kid": key.kid, "typ": "JWT", **(header or {})}
        return jwt.encode({name: value for name, value in head.items() if value is not None}, claims, key)


@contextmanager
def issuer_site() -> Iterator[IssuerSite]:
    sites: list[IssuerSite] = []

    class Handler(SiteHandler):
        def do_GET(self) -> None:
            status, document = sites[0].answer(self.path)
            self.reply(json.dumps(document).encode(), status=status)

    with local_site(Handler) as port:
        sites.append(IssuerSite(f"http://127.0.0.1:{port}"))
        yield sites[0]
