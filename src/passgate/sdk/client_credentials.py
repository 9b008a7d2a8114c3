"""A service's tokens: its own, by client credentials (RFC 6749 section 4.4), and those made of callers' (RFC 8693)."""

import base64
import json
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import quote, urlencode

from passgate.sdk.fetching import Fetch, FetchError, http_fetch
from passgate.sdk.refusal import IssuerUnreachableError
from passgate.sdk.signing_key import SigningKey

TOKEN_PATH = "/oauth2/token"  # noqa: S105 - a path
_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ASSERTION_SECONDS = 60
_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
_ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 - a name
_RENEW_BEFORE = 0.2
"""The last part of a token's life in which it is renewed, so that none ends on its way."""


class GrantRefusedError(Exception):
    """Passgate gave no token.

    Attributes:
        error: its code (RFC 6749 section 5.2).
    """

    def __init__(self, error: str, description: str) -> None:
        super().__init__(f"{error}: {description}" if description else error)
        self.error = error


@dataclass
class ClientCredentials:
    """Gives this service's token for another: ``headers={"Authorization": f"Bearer {credentials.token()}"}``.

    Attributes:
        issuer: Passgate's issuer URL.
        client_id: this service's application.
        client_secret: its secret; or
        key: its private key, by which no secret travels (private_key_jwt, RFC 7523).
        resource: the audience that the token is for (RFC 8707); None: the application's usual one.
        scopes: what it shall allow; empty: all that the application may.
        base_url: where Passgate answers, if not at the issuer's URL.
        timeout: seconds to wait for it.
        fetch: how to ask it.
        clock: the present moment as a NumericDate.
    """

    issuer: str
    client_id: str
    client_secret: str | None = field(default=None, repr=False)
    key: SigningKey | None = field(default=None, repr=False)
    resource: str | None = None
    scopes: tuple[str, ...] = ()
    base_url: str | None = None
    timeout: float = 5.0
    fetch: Fetch = field(default_factory=http_fetch, repr=False)
    clock: Callable[[], float] = time.time
    _token: str = field(default="", init=False, repr=False)
    _renew_at: float = field(default=0.0, init=False)
    _asking: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def __post_init__(self) -> None:
        if (self.client_secret is None) == (self.key is None):
            raise ValueError("a client has a secret or a key, and not both")

    def token(self) -> str:
        """A token that is still good for a while.

        Raises:
            GrantRefusedError: Passgate refuses one.
            IssuerUnreachableError: it does not answer.
        """
        with self._asking:
            if self.clock() >= self._renew_at:
                self._renew()
            return self._token

    def forget(self) -> None:
        """Have a new token the next time, since this one was refused."""
        with self._asking:
            self._renew_at = 0.0

    def exchanged(self, subject_token: str) -> str:
        """A narrower token to call on with, made of the one that this service was called with (RFC 8693); not kept.

        It speaks for the same subject, says that this service acts (``act``), and dies with the first. The
        application's audiences hold the one that the first is for, and ``resource``; ``scopes`` are among the first's.

        Raises:
            GrantRefusedError: Passgate refuses one.
            IssuerUnreachableError: it does not answer.
        """
        form = {"grant_type": _EXCHANGE, "subject_token": subject_token, "subject_token_type": _ACCESS_TOKEN}
        return self._granted(form)[0]

    def _renew(self) -> None:
        asked_at = self.clock()
        self._token, seconds = self._granted({"grant_type": "client_credentials"})
        self._renew_at = asked_at + seconds * (1 - _RENEW_BEFORE)

    def _granted(self, form: dict[str, str]) -> tuple[str, float]:
        """A token, and how many seconds it lives."""
        if self.scopes:
            form["scope"] = " ".join(self.scopes)
        if self.resource is not None:
            form["resource"] = self.resource
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        if self.client_secret is not None:
            pair = f"{quote(self.client_id, safe='')}:{quote(self.client_secret, safe='')}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        elif self.key is not None:
            form |= {"client_assertion_type": _ASSERTION_TYPE, "client_assertion": self._assertion(self.key)}
        url = (self.base_url or self.issuer).rstrip("/") + TOKEN_PATH
        try:
            answer = self.fetch(url, headers=headers, timeout=self.timeout, body=urlencode(form).encode())
            document = json.loads(answer.body)
        except (FetchError, ValueError) as error:
            raise IssuerUnreachableError(f"{url} gave no answer that can be used: {error}") from error
        if answer.status != HTTPStatus.OK or "access_token" not in document:
            raise GrantRefusedError(
                str(document.get("error", answer.status)), str(document.get("error_description", ""))
            )
        return str(document["access_token"]), float(document.get("expires_in", 0))

    def _assertion(self, key: SigningKey) -> str:
        now = int(self.clock())
        claims = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": self.issuer,
            "jti": secrets.token_urlsafe(16),
            "iat": now,
            "exp": now + _ASSERTION_SECONDS,
        }
        return key.sign(claims, typ="client-authentication+jwt")
