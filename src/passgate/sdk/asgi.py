"""Middleware for ASGI applications (Starlette, FastAPI, Litestar, Quart, Django)."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, MutableMapping
from typing import Any

from passgate.sdk.bearer import Gate, Refusal, bearer_token, refusal_of
from passgate.sdk.refusal import IssuerUnreachableError, TokenRefusedError
from passgate.sdk.remote_verifier import Verifier
from passgate.sdk.verified_token import VerifiedToken

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

TOKEN_KEY = "passgate.token"  # noqa: S105 - a key's name
_POLICY_VIOLATION = 1008
"""RFC 6455 section 7.4.1."""


class PassgateMiddleware:
    """Lets calls with a good token through, and puts its claims at ``scope["passgate.token"]``."""

    def __init__(
        self,
        app: Application,
        verifier: Verifier,
        *,
        scopes: Collection[str] = (),
        roles: Collection[str] = (),
        open_paths: Collection[str] = (),
    ) -> None:
        """Stand before an application.

        Args:
            app: what is behind.
            verifier: judges the tokens.
            scopes: a token must have all of these.
            roles: its subject must have one of these; empty: not asked.
            open_paths: paths that need no token; one that ends with ``/`` stands for all below it.
        """
        self._app = app
        self._gate = Gate(verifier, frozenset(scopes), frozenset(roles), frozenset(open_paths))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a call through, or answer it."""
        if scope["type"] not in {"http", "websocket"} or self._gate.is_open(scope["path"]):
            await self._app(scope, receive, send)
            return
        try:
            token = await admitted(self._gate, _authorization(scope))
        except (TokenRefusedError, IssuerUnreachableError) as error:
            await _refuse(scope, receive, send, refusal_of(error))
            return
        await self._app({**scope, TOKEN_KEY: token}, receive, send)


async def admitted(gate: Gate, authorization: str | None) -> VerifiedToken:
    """What :meth:`Gate.admit` says; a question to the issuer never holds up the event loop.

    Raises:
        TokenRefusedError: it may not pass.
        IssuerUnreachableError: that cannot be said now.
    """
    if gate.verifier.can_judge(bearer_token(authorization)):
        return gate.admit(authorization)
    return await asyncio.to_thread(gate.admit, authorization)


def _authorization(scope: Scope) -> str | None:
    values = [value for name, value in scope["headers"] if name == b"authorization"]
    return values[0].decode("latin-1") if len(values) == 1 else None


async def _refuse(scope: Scope, receive: Receive, send: Send, refusal: Refusal) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
        return
    headers = [(name.lower().encode(), value.encode()) for name, value in refusal.headers]
    await send({"type": "http.response.start", "status": int(refusal.status), "headers": headers})
    await send({"type": "http.response.body", "body": refusal.body})
