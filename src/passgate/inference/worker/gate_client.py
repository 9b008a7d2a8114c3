"""The way back to the node's own gate, for a caller and with the caller's token."""

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from passgate.inference.worker.refusals import BodyTooLargeError, VendorFailedError
from passgate.inference.worker.vendor_connection import VendorConnection
from passgate.kernel.errors import UnavailableError

_TARGET = re.compile(r"/[!-~]*")
_HOST = re.compile(r"[A-Za-z0-9.:\[\]-]+")
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\t -~\x80-\xff]*")


@dataclass(frozen=True, slots=True)
class GateRequest:
    """A request to a service."""

    method: str
    host: str
    target: str
    """Path and query."""
    headers: Mapping[str, str]
    body: bytes = b""

    def message(self) -> bytes:
        """Its bytes. Nothing of it is kept, since a caller's token is in it.

        Raises:
            ValueError: it holds what no request may.
        """
        if not (_TARGET.fullmatch(self.target) and _HOST.fullmatch(self.host)):
            raise ValueError("a path of printable ASCII, and a host")
        lines = [f"{self.method} {self.target} HTTP/1.1", f"host: {self.host}", f"content-length: {len(self.body)}"]
        for name, value in self.headers.items():
            if not (_HEADER.fullmatch(name) and _VALUE.fullmatch(value)):
                raise ValueError(f"the header {name!r} holds what no header may")
            lines.append(f"{name}: {value}")
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + self.body


@dataclass(frozen=True, slots=True)
class GateReply:
    """The whole answer."""

    status: int
    content_type: str
    body: bytes
    retry_after: str | None
    session: str | None = None
    """Of an MCP server."""


Enough = Callable[[str, bytes | bytearray], bool]


def _nothing_is_enough(_content_type: str, _body: bytes | bytearray) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class GateClient:
    """Calls the gate on its inner Unix socket, a connection a call; what is cancelled is closed at once."""

    socket: Path | None
    most_bytes: int

    async def call(self, request: GateRequest, enough: Enough = _nothing_is_enough) -> GateReply:
        """Send a request and wait for the whole answer.

        Args:
            request: as it goes out.
            enough: whether the rest need not be waited for, by content type and what has come of the body.

        Raises:
            UnavailableError: the gate cannot be reached, or its answer broke off.
            BodyTooLargeError: the answer is larger than a tool's may be.
            ValueError: the request holds what none may.
        """
        if self.socket is None:
            raise UnavailableError("This worker does not know the way to its gate.", code="gate_unknown")
        message = request.message()
        connection: VendorConnection | None = None
        try:
            _, connection = await asyncio.get_running_loop().create_unix_connection(
                lambda: VendorConnection(_close, _forget), str(self.socket)
            )
            await connection.request(message)
            status, content_type, retry = connection.status, connection.content_type, connection.retry_after
            session = connection.session
            body = await self._whole(connection, lambda so_far: enough(content_type, so_far))
        except (OSError, VendorFailedError) as error:
            raise UnavailableError("The gate gave no answer.", code="gate_unreachable") from error
        finally:
            if connection is not None:
                connection.abort()
        return GateReply(status, content_type, body, retry, session)

    async def _whole(self, connection: VendorConnection, enough: Callable[[bytearray], bool]) -> bytes:
        body = bytearray()
        while (part := await connection.read()) is not None:
            body += part
            if len(body) > self.most_bytes:
                raise BodyTooLargeError(f"The answer is larger than {self.most_bytes} bytes.")
            if enough(body):
                break
        return bytes(body)


def _close(connection: VendorConnection) -> None:
    connection.abort()


def _forget(_: VendorConnection) -> None:
    """Nothing holds it."""
