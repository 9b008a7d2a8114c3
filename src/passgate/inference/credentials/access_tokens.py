"""Access tokens of service accounts: fetched once, shared by all calls, renewed before they expire."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlencode

import orjson

from passgate.inference.credentials.service_account import ServiceAccount
from passgate.inference.exchange.reading import as_count, as_object, as_text, as_text_or_none, is_success
from passgate.inference.translation import VendorRequest

_RENEW_BEFORE = 300.0
"""Seconds before its expiry from which a token is renewed while it still serves."""
_UNUSABLE_BEFORE = 30.0
"""A token so near its expiry may be refused by the time that it arrives."""
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"

Send = Callable[[VendorRequest], Awaitable[tuple[int, bytes]]]
"""Sends a request and gives the answer's status and body."""


class TokenRefusedError(Exception):
    """No access token is to be had; the message says what was answered, and holds no secret."""


@dataclass(frozen=True, slots=True)
class _Held:
    token: str
    expires: float


class AccessTokens:
    """The tokens of all accounts of one process."""

    def __init__(self, send: Send, now: Callable[[], float]) -> None:
        """Make an empty store.

        Args:
            send: the way to the token endpoint.
            now: seconds since 1970.
        """
        self._send = send
        self._now = now
        self._held: dict[ServiceAccount, _Held] = {}
        self._fetching: dict[ServiceAccount, asyncio.Task[str]] = {}

    async def token(self, account: ServiceAccount) -> str:
        """A token that is good for some time yet; callers at the same moment wait for one and the same request.

        Raises:
            TokenRefusedError: the endpoint gave none.
        """
        held = self._held.get(account)
        left = held.expires - self._now() if held is not None else 0.0
        if held is not None and left > _RENEW_BEFORE:
            return held.token
        fetching = self._fetching.get(account) or self._begin(account)
        if held is not None and left > _UNUSABLE_BEFORE:
            return held.token
        # Shielded: a caller that goes must not take the token from those who wait for it too.
        return await asyncio.shield(fetching)

    def forget(self, account: ServiceAccount, token: str) -> None:
        """Drop a token that a vendor refused; one that came since stays."""
        held = self._held.get(account)
        if held is not None and held.token == token:
            del self._held[account]

    def _begin(self, account: ServiceAccount) -> asyncio.Task[str]:
        task = asyncio.create_task(self._fetch(account))
        self._fetching[account] = task
        task.add_done_callback(_hear)
        return task

    async def _fetch(self, account: ServiceAccount) -> str:
        try:
            return await self._ask(account)
        finally:
            del self._fetching[account]

    async def _ask(self, account: ServiceAccount) -> str:
        now = self._now()
        form = urlencode({"grant_type": _GRANT, "assertion": account.assertion(int(now))}).encode()
        headers = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
        status, body = await self._send(VendorRequest("POST", account.token_url, headers, form))
        try:
            answer = as_object(orjson.loads(body))
        except ValueError:
            answer = {}
        token = as_text_or_none(answer.get("access_token"))
        if not is_success(status) or token is None:
            words = as_text(answer.get("error_description")) or as_text(answer.get("error"))
            raise TokenRefusedError(f"The token endpoint of {account.email} answered {status} {words}".rstrip())
        self._held[account] = _Held(token, now + as_count(answer.get("expires_in")))
        return token


def _hear(task: asyncio.Task[str]) -> None:
    """Whoever waits has the failure; a renewal ahead of time may fail with nobody waiting, and is tried again."""
    if not task.cancelled():
        task.exception()
