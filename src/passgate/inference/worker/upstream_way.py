"""The way to the upstreams of services, by a socket of the node's own Envoy, over connections that are kept."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from passgate.inference.worker.raw_client import RawConnection, RawReply
from passgate.inference.worker.refusals import VendorFailedError
from passgate.inference.worker.vendor_connection import VendorConnection
from passgate.kernel.errors import UnavailableError

_MOST_IDLE = 256


class _WayConnection(RawConnection):
    """Knows that an answer to HEAD has no body, whatever it says of one."""

    bodiless = False

    def on_headers_complete(self) -> None:
        """The head is whole."""
        super().on_headers_complete()
        if self.bodiless and self._head_done:
            self._complete = True
            self._keep_alive = False  # the parser waits for the body


class UpstreamWay:
    """Sends requests on. What is cancelled is closed at once, so that the upstream is told."""

    def __init__(self, socket: Path | None) -> None:
        """Make it; it connects when it is first used.

        Args:
            socket: Envoy's; None: this worker knows no way.
        """
        self._socket = socket
        self._idle: list[_WayConnection] = []
        self._open: set[VendorConnection] = set()

    async def ask(self, message: bytes, body: AsyncIterator[bytes] | None, *, bodiless: bool) -> RawReply:
        """Send a request and wait for the head of its answer.

        Args:
            message: the request's head.
            body: pieces as they are sent; None: there is none.
            bodiless: whether it is a HEAD.

        Raises:
            UnavailableError: Envoy cannot be reached, or hung up.
        """
        try:
            connection = self._take_idle()
            if connection is not None and body is None:
                try:
                    return await self._send(connection, message, None, bodiless=bodiless)
                except VendorFailedError as error:
                    if not error.may_pass:
                        raise
            return await self._send(await self._connect(), message, body, bodiless=bodiless)
        except (OSError, VendorFailedError) as error:
            raise UnavailableError("The gate gave no answer.", code="gate_unreachable") from error

    def close(self) -> None:
        """Close all connections."""
        for connection in tuple(self._open):
            connection.abort()

    @staticmethod
    async def _send(
        connection: _WayConnection, message: bytes, body: AsyncIterator[bytes] | None, *, bodiless: bool
    ) -> RawReply:
        connection.bodiless = bodiless
        if body is None:
            await connection.request(message)
        else:
            await connection.upload(message, body)
        return RawReply(connection)

    def _take_idle(self) -> _WayConnection | None:
        while self._idle:
            connection = self._idle.pop()
            if connection.usable:
                return connection
        return None

    async def _connect(self) -> _WayConnection:
        if self._socket is None:
            raise UnavailableError("This worker does not know the way to upstreams.", code="gate_unknown")
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_unix_connection(
            lambda: _WayConnection(self._keep, self._forget), str(self._socket)
        )
        self._open.add(connection)
        return connection

    def _keep(self, connection: VendorConnection) -> None:
        if isinstance(connection, _WayConnection) and len(self._idle) < _MOST_IDLE:
            self._idle.append(connection)
        else:
            connection.abort()

    def _forget(self, connection: VendorConnection) -> None:
        self._open.discard(connection)
        if connection in self._idle:
            self._idle.remove(connection)
