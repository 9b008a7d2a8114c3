"""The way out for calls that are passed on as they are: bodies in pieces, and all headers of the answer."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from passgate.inference.worker.authorising_client import AuthorisingClient
from passgate.inference.worker.incoming import Header
from passgate.inference.worker.refusals import VendorFailedError
from passgate.inference.worker.vendor_address import read_address
from passgate.inference.worker.vendor_client import OWN_HEADERS, VendorReply, header_line
from passgate.inference.worker.vendor_connection import VendorConnection

_UNAUTHORIZED = 401


@dataclass(frozen=True, slots=True)
class RawRequest:
    """A request on its way as it is."""

    method: str
    base_url: str
    target: str
    """Path and query."""
    headers: Mapping[str, str]
    body: bytes | None = None
    """None: there is none, or it comes in ``pieces``."""
    pieces: AsyncIterator[bytes] | None = None
    length: int | None = None
    """Of the pieces together; None: nobody knows yet."""
    service_account: str | None = None


class RawConnection(VendorConnection):
    """Keeps the headers of an answer, and sends a body no faster than the vendor takes it."""

    headers: tuple[Header, ...] = ()
    _drained: "asyncio.Future[None] | None" = None

    def on_message_begin(self) -> None:
        """An answer begins."""
        super().on_message_begin()
        self.headers = ()

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header."""
        super().on_header(name, value)
        self.headers += ((name.lower(), value),)

    def pause_writing(self) -> None:
        """The vendor is slow."""
        self._drained = self._loop.create_future()

    def resume_writing(self) -> None:
        """The vendor has caught up."""
        if self._drained is not None:
            if not self._drained.done():
                self._drained.set_result(None)
            self._drained = None

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection has ended."""
        super().connection_lost(exc)
        self.resume_writing()

    async def upload(self, head: bytes, pieces: AsyncIterator[bytes]) -> None:
        """Send a request whose body comes in pieces, and wait for the head of its answer.

        A vendor that answers before it has the whole body gets no more of it.

        Raises:
            VendorFailedError: the vendor closed the connection, or what came is not HTTP.
        """
        self._busy = True
        self._head_done = self._complete = self._framed = False
        self._head_bytes = 0
        try:
            self._transport.write(head)
            whole = await self._send_pieces(pieces)
            while not self._head_done:
                await self._progress()
        except BaseException:
            self.abort()
            raise
        if not whole:
            self._keep_alive = False

    async def _send_pieces(self, pieces: AsyncIterator[bytes]) -> bool:
        async for piece in pieces:
            if self._head_done or self._failure is not None:
                return False
            self._transport.write(piece)
            if self._drained is not None:
                await self._drained
        return not self._head_done


class RawReply(VendorReply):
    """An answer of which the head has come, with all of its headers."""

    __slots__ = ("headers",)

    def __init__(self, connection: RawConnection) -> None:
        super().__init__(connection)
        self.headers = connection.headers


class RawClient(AuthorisingClient):
    """Sends raw requests, over connections of its own."""

    async def forward(self, request: RawRequest) -> RawReply:
        """Send a request and wait for the head of its answer.

        Raises:
            VendorFailedError: the vendor cannot be reached, or there is no token to be had for it.
        """
        if request.service_account is None:
            return await self._forward(request, request.headers)
        account, token = await self._token(request.service_account)
        reply = await self._forward(request, {**request.headers, "authorization": f"Bearer {token}"})
        if reply.status == _UNAUTHORIZED:
            self._tokens.forget(account, token)
        return reply

    async def _forward(self, request: RawRequest, headers: Mapping[str, str]) -> RawReply:
        try:
            address = read_address(request.base_url)
            head = _head(request, headers, address.authority)
        except ValueError as error:
            message = "The provider's address or credential, or a header of the request, cannot be used."
            raise VendorFailedError(message, cause=str(error), code="provider_misconfigured") from error
        connection = self._take_idle(address.origin) or await self._connect(address, self._connect_seconds)
        if not isinstance(connection, RawConnection):
            raise TypeError("a raw client has raw connections")
        if request.pieces is not None:
            pieces = request.pieces if request.length is not None else _in_chunks(request.pieces)
            await connection.upload(head, pieces)
        else:
            await connection.request(head + (request.body or b""))
        return RawReply(connection)

    def _new_connection(self) -> RawConnection:
        return RawConnection(self._keep, self._forget)


def _head(request: RawRequest, headers: Mapping[str, str], authority: str) -> bytes:
    """The request's head.

    Raises:
        ValueError: a header holds what no header may.
    """
    lines = [f"{request.method} {request.target} HTTP/1.1\r\nhost: {authority}\r\n"]
    lines += [header_line(name, value) for name, value in {**OWN_HEADERS, **headers}.items()]
    if request.pieces is not None:
        framing = "transfer-encoding: chunked" if request.length is None else f"content-length: {request.length}"
        lines.append(f"{framing}\r\n")
    elif request.body is not None:
        lines.append(f"content-length: {len(request.body)}\r\n")
    return ("".join(lines) + "\r\n").encode("latin-1")


async def _in_chunks(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    async for piece in pieces:
        if piece:
            yield b"%x\r\n%b\r\n" % (len(piece), piece)
    yield b"0\r\n\r\n"
