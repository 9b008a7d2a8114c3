"""What every way into a web framework shares: where the token stands, who may pass, and what a refusal looks like."""

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from http import HTTPStatus

from passgate.sdk.refusal import InsufficientScopeError, IssuerUnreachableError, TokenRefusedError
from passgate.sdk.remote_verifier import Verifier
from passgate.sdk.verified_token import VerifiedToken

Refused = TokenRefusedError | IssuerUnreachableError


@dataclass(frozen=True, slots=True)
class Refusal:
    """An HTTP answer that says why (RFC 6750 section 3, RFC 9457)."""

    status: HTTPStatus
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class Gate:
    """Who may pass.

    Attributes:
        verifier: judges the tokens.
        scopes: the token must have all of these.
        roles: its subject must have one of these; empty: not asked.
        open_paths: paths that need no token, such as ``/healthz``; one that ends with ``/`` stands for all below it.
    """

    verifier: Verifier
    scopes: Collection[str] = ()
    roles: Collection[str] = ()
    open_paths: Collection[str] = field(default=())

    def is_open(self, path: str) -> bool:
        """Whether the path needs no token."""
        return any(path == each or (each.endswith("/") and path.startswith(each)) for each in self.open_paths)

    def admit(self, authorization: str | None) -> VerifiedToken:
        """The token of an ``Authorization`` header, once it may pass.

        Raises:
            TokenRefusedError: it may not.
            IssuerUnreachableError: that cannot be said now.
        """
        token = self.verifier.verify(bearer_token(authorization))
        token.require_scopes(*self.scopes)
        if self.roles:
            token.require_role(*self.roles)
        return token


def bearer_token(authorization: str | None) -> str:
    """The token of an ``Authorization`` header (RFC 6750 section 2.1).

    Raises:
        TokenRefusedError: with the code ``token_missing``.
    """
    scheme, _, token = (authorization or "").strip().partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise TokenRefusedError("token_missing", "Send a token as Authorization: Bearer <token>.")
    return token.strip()


def refusal_of(error: Refused) -> Refusal:
    """The answer to a call that may not pass."""
    if isinstance(error, IssuerUnreachableError):
        text = "Tokens cannot be verified now."
        return _refusal(HTTPStatus.SERVICE_UNAVAILABLE, "issuer_unreachable", text, ("Retry-After", "1"))
    if isinstance(error, InsufficientScopeError):
        challenge = f'Bearer error="insufficient_scope", error_description="{_quoted(error.message)}"'
        if error.scopes:
            challenge += f', scope="{" ".join(sorted(error.scopes))}"'
        return _refusal(HTTPStatus.FORBIDDEN, error.code, error.message, ("WWW-Authenticate", challenge))
    challenge = "Bearer"
    if error.code != "token_missing":
        challenge = f'Bearer error="invalid_token", error_description="{_quoted(error.message)}"'
    return _refusal(HTTPStatus.UNAUTHORIZED, error.code, error.message, ("WWW-Authenticate", challenge))


def _refusal(status: HTTPStatus, code: str, detail: str, header: tuple[str, str]) -> Refusal:
    problem = {"type": "about:blank", "title": status.phrase, "status": int(status), "detail": detail, "code": code}
    body = json.dumps(problem).encode()
    return Refusal(
        status,
        (("Content-Type", "application/problem+json"), ("Content-Length", str(len(body))), header),
        body,
    )


def _quoted(text: str) -> str:
    """Letters that may stand between quotation marks there (RFC 6750 section 3)."""
    return "".join(letter if " " <= letter <= "~" and letter not in '"\\' else "?" for letter in text)
