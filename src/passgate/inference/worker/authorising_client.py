"""The way out for vendors that take short-lived tokens only: each request gets one before it is sent."""

from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

from passgate.inference.credentials.access_tokens import AccessTokens, TokenRefusedError
from passgate.inference.credentials.service_account import ServiceAccount, ServiceAccountError, read_service_account
from passgate.inference.translation import VendorRequest
from passgate.inference.worker.refusals import VendorFailedError
from passgate.inference.worker.vendor_client import VendorClient, VendorReply

_UNAUTHORIZED = 401
_LONGEST_ANSWER = 64 * 1024


class AuthorisingClient(VendorClient):
    """Sends requests; those that bear a service account's key go with an access token in its place."""

    def __init__(self, *, connect_seconds: float, now: Callable[[], float], ca_file: Path | None = None) -> None:
        """Make the client.

        Args:
            connect_seconds: to connect to a vendor.
            now: seconds since 1970.
            ca_file: PEM certificates to trust beside the system's.
        """
        super().__init__(connect_seconds=connect_seconds, ca_file=ca_file)
        self._tokens = AccessTokens(self._ask, now)

    def send(self, request: VendorRequest, *, connect_seconds: float | None = None) -> Coroutine[Any, Any, VendorReply]:
        """Send a request and wait for the head of its answer.

        Raises:
            VendorFailedError: the vendor cannot be reached, or there is no token to be had for it.
        """
        if request.service_account is None:
            return super().send(request, connect_seconds=connect_seconds)
        return self._send_as(request.service_account, request, connect_seconds)

    async def _send_as(self, key: str, request: VendorRequest, connect_seconds: float | None) -> VendorReply:
        account, token = await self._token(key)
        headers = {**request.headers, "authorization": f"Bearer {token}"}
        reply = await super().send(
            replace(request, headers=headers, service_account=None), connect_seconds=connect_seconds
        )
        if reply.status == _UNAUTHORIZED:
            self._tokens.forget(account, token)
        return reply

    async def _token(self, key: str) -> tuple[ServiceAccount, str]:
        try:
            account = read_service_account(key)
            return account, await self._tokens.token(account)
        except ServiceAccountError as error:
            message = "The provider's address or credential cannot be used."
            raise VendorFailedError(message, cause=str(error), code="provider_misconfigured") from error
        except TokenRefusedError as error:
            message = "The gate got no access token for the vendor."
            raise VendorFailedError(message, cause=str(error), code="vendor_auth_failed") from error

    async def _ask(self, request: VendorRequest) -> tuple[int, bytes]:
        reply = await super().send(request)
        try:
            body = b""
            while (part := await reply.read()) is not None:
                body += part
                if len(body) > _LONGEST_ANSWER:
                    break
        finally:
            reply.close()
        return reply.status, body
