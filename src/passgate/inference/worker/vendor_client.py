"""The way out: HTTP/1.1 to the vendors, on the worker's own event loop.

Not a general client, but what a gate needs. A call that is cancelled, at whatever point, closes its connection at
once, so that the vendor stops generating, and billing; nothing is read ahead of a slow reader; nothing leaves that
the exchange did not put there; redirects are not followed. Two clients in Rust were measured: pyreqwest 0.15 goes on
with a request that is cancelled before its headers came; with pyqwest 0.12 a whole call cost the worker 1.7 times the
processor time, since each step crosses between threads. HTTP/2 would put all calls to a vendor on one connection,
where those beyond its limit of concurrent streams (100 is common) wait for running streams to end.
"""

import asyncio
import re
import ssl
from functools import lru_cache
from pathlib import Path

import certifi

from passgate.inference.translation import VendorRequest
from passgate.inference.worker.refusals import VendorFailedError
from passgate.inference.worker.vendor_address import VendorAddress, read_address
from passgate.inference.worker.vendor_connection import VendorConnection

_IDLE_SECONDS = 50.0
"""Shorter than vendors keep idle connections (60 s and more), so that none closes just as it is used again."""
_MOST_IDLE = 512
"""Idle connections kept, to an origin."""
OWN_HEADERS = {"accept-encoding": "identity", "user-agent": "passgate"}
"""No compression: it holds streams back, and usage is read from the body."""
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_NOT_IN_VALUES = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_MISCONFIGURED = "The provider's address or credential cannot be used."

Origin = tuple[bool, str, int]


class VendorReply:
    """An answer of which the head has come."""

    __slots__ = ("_connection", "content_type", "retry_after", "status")

    def __init__(self, connection: VendorConnection) -> None:
        self._connection: VendorConnection | None = connection
        self.status = connection.status
        self.content_type = connection.content_type
        self.retry_after = connection.retry_after

    def rest(self) -> bytes | None:
        """The rest of the body, where all of it has come; that ends the reading."""
        if self._connection is None:
            return None
        body = self._connection.rest()
        if body is not None:
            self._connection = None  # it may serve another call by now
        return body

    async def read(self) -> bytes | None:
        """What has come of the body since the last call, waiting for some; None at its end.

        Raises:
            VendorFailedError: the answer broke off.
        """
        if self._connection is None:
            return None
        body = await self._connection.read()
        if body is None:
            self._connection = None  # it may serve another call by now
        return body

    def close(self) -> None:
        """Give up the rest, if there is any: the connection is closed."""
        if self._connection is not None:
            self._connection.leave()
            self._connection = None


class VendorClient:
    """Sends requests, over connections that are kept and used again."""

    def __init__(self, *, connect_seconds: float, ca_file: Path | None = None) -> None:
        self._connect_seconds = connect_seconds
        self._tls = tls_context(ca_file)
        self._idle: dict[Origin, list[VendorConnection]] = {}
        self._open: dict[VendorConnection, Origin] = {}
        self._sweeping: asyncio.TimerHandle | None = None

    async def send(self, request: VendorRequest, *, connect_seconds: float | None = None) -> VendorReply:
        """Send a request and wait for the head of its answer.

        Args:
            request: as it goes out.
            connect_seconds: to connect to the vendor, where it is not what the client was made with.

        Raises:
            VendorFailedError: the vendor cannot be reached, or what answers does not speak HTTP.
        """
        try:
            address, head = _head(request.method, request.url, tuple(request.headers.items()))
        except ValueError as error:
            raise VendorFailedError(_MISCONFIGURED, cause=str(error), code="provider_misconfigured") from error
        connection = self._take_idle(address.origin) or await self._connect(address, connect_seconds)
        await connection.request(b"%b%d\r\n\r\n%b" % (head, len(request.body), request.body))
        return VendorReply(connection)

    def close(self) -> None:
        """Close all connections."""
        if self._sweeping is not None:
            self._sweeping.cancel()
        for connection in tuple(self._open):
            connection.abort()

    def _take_idle(self, origin: Origin) -> VendorConnection | None:
        idle = self._idle.get(origin)
        while idle:
            connection = idle.pop()
            if connection.usable:
                return connection
        return None

    async def _connect(self, address: VendorAddress, seconds: float | None) -> VendorConnection:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(seconds or self._connect_seconds):
                _, connection = await loop.create_connection(
                    self._new_connection,
                    address.host,
                    address.port,
                    ssl=self._tls if address.tls else None,
                    server_hostname=address.host if address.tls else None,
                )
        except (OSError, ssl.SSLError, UnicodeError) as error:
            raise VendorFailedError(
                "The vendor cannot be reached.", cause=str(error) or type(error).__name__, may_pass=True
            ) from error
        self._open[connection] = address.origin
        return connection

    def _new_connection(self) -> VendorConnection:
        return VendorConnection(self._keep, self._forget)

    def _keep(self, connection: VendorConnection) -> None:
        idle = self._idle.setdefault(self._open[connection], [])
        if len(idle) >= _MOST_IDLE:
            connection.abort()
            return
        idle.append(connection)
        if self._sweeping is None:
            self._sweeping = asyncio.get_running_loop().call_later(_IDLE_SECONDS / 2, self._sweep)

    def _forget(self, connection: VendorConnection) -> None:
        origin = self._open.pop(connection, None)
        idle = self._idle.get(origin, []) if origin is not None else []
        if connection in idle:
            idle.remove(connection)

    def _sweep(self) -> None:
        """Close what has been idle for too long."""
        loop = asyncio.get_running_loop()
        eldest = loop.time() - _IDLE_SECONDS
        for origin, idle in tuple(self._idle.items()):
            for connection in [kept for kept in idle if kept.idle_since < eldest]:
                idle.remove(connection)
                connection.abort()
            if not idle:
                del self._idle[origin]
        self._sweeping = loop.call_later(_IDLE_SECONDS / 2, self._sweep) if self._idle else None


def tls_context(ca_file: Path | None) -> ssl.SSLContext:
    """Verify vendors against the system's authorities, or certifi's where the system has none, and the given ones."""
    context = ssl.create_default_context()
    if not any(ssl.get_default_verify_paths()[:2]):  # neither a file nor a folder of authorities
        context.load_verify_locations(certifi.where())
    if ca_file is not None:
        context.load_verify_locations(ca_file)
    context.set_alpn_protocols(["http/1.1"])
    return context


@lru_cache(maxsize=1024)
def _head(method: str, url: str, headers: tuple[tuple[str, str], ...]) -> tuple[VendorAddress, bytes]:
    """Where a request goes, and its head up to the body's length: the same in nearly every call to a deployment.

    Raises:
        ValueError: the URL is none, or a header holds what no header may.
    """
    address = read_address(url)
    lines = [f"{method} {address.target} HTTP/1.1\r\nhost: {address.authority}\r\n"]
    lines += [_header_line(name, value) for name, value in (*OWN_HEADERS.items(), *headers)]
    return address, ("".join(lines) + "content-length: ").encode("latin-1")


def header_line(name: str, value: str) -> str:
    """One header as it stands in a message.

    Raises:
        ValueError: it holds what no header may.
    """
    if not _HEADER_NAME.fullmatch(name) or _NOT_IN_VALUES.search(value):
        raise ValueError(f"the header {name!r} holds what no header may")
    return f"{name}: {value}\r\n"


_header_line = lru_cache(maxsize=4096)(header_line)
"""Most headers are the same in every call to a provider, even where one is signed anew."""
