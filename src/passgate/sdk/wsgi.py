"""Middleware for WSGI applications (Flask, Django, Bottle, Pyramid)."""

from collections.abc import Callable, Collection, Iterable, MutableMapping
from typing import Any

from passgate.sdk.bearer import Gate, refusal_of
from passgate.sdk.refusal import IssuerUnreachableError, TokenRefusedError
from passgate.sdk.remote_verifier import Verifier

Environ = MutableMapping[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

TOKEN_KEY = "passgate.token"  # noqa: S105 - a key's name


class PassgateMiddleware:
    """Lets calls with a good token through, and puts its claims at ``environ["passgate.token"]``."""

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

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Let a call through, or answer it."""
        path = f"{environ.get('SCRIPT_NAME', '')}{environ.get('PATH_INFO', '')}"
        if not self._gate.is_open(path):
            try:
                environ[TOKEN_KEY] = self._gate.admit(environ.get("HTTP_AUTHORIZATION"))
            except (TokenRefusedError, IssuerUnreachableError) as error:
                refusal = refusal_of(error)
                start_response(f"{int(refusal.status)} {refusal.status.phrase}", list(refusal.headers))
                return [refusal.body]
        return self._app(environ, start_response)
