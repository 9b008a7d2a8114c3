"""A dependency for FastAPI, which this module alone imports."""

from typing import Annotated

from fastapi import Depends, HTTPException, Request
from fastapi.security import HTTPBearer

from passgate.sdk.asgi import admitted
from passgate.sdk.bearer import Gate, refusal_of
from passgate.sdk.refusal import IssuerUnreachableError, TokenRefusedError
from passgate.sdk.remote_verifier import Verifier
from passgate.sdk.verified_token import VerifiedToken

_BEARER = HTTPBearer(auto_error=False, description="An access token issued by Passgate.")


class RequiresToken:
    """A dependency that gives the caller's token.

    ``token: Annotated[VerifiedToken, Depends(RequiresToken(verifier, "orders.read"))]``.
    A call without a good token is answered with 401, one that lacks a scope or a role with 403 (RFC 6750).
    """

    def __init__(self, verifier: Verifier, *scopes: str, roles: tuple[str, ...] = ()) -> None:
        """Ask for a token.

        Args:
            verifier: judges it.
            scopes: it must have all of these.
            roles: its subject must have one of these; empty: not asked.
        """
        self._gate = Gate(verifier, frozenset(scopes), frozenset(roles))

    async def __call__(self, request: Request, _bearer: Annotated[object, Depends(_BEARER)]) -> VerifiedToken:
        """The token.

        Raises:
            HTTPException: it may not pass.
        """
        try:
            return await admitted(self._gate, request.headers.get("authorization"))
        except (TokenRefusedError, IssuerUnreachableError) as error:
            refusal = refusal_of(error)
            headers = {name: value for name, value in refusal.headers if not name.startswith("Content-")}
            code = error.code if isinstance(error, TokenRefusedError) else "issuer_unreachable"
            detail = {"code": code, "message": str(error)}
            raise HTTPException(int(refusal.status), detail, headers) from None
