"""The way back to the node's own gate, for a caller and with the caller's token."""

import asyncio
import re
from collections.abc import Mapping
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


@dataclass(frozen=True, slots=True)
class GateClient:
    """Calls the gate on its inner Unix socket, a connection a call; what is cancelled is closed at once."""

    socket: Path | None
    most_bytes: int

    async def call(self, request: GateRequest) -> GateReply:
        """Send a request and wait for the whole answer.

        Args:
            request: as it goes out.

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
            body = await self._whole(connection)
        except (OSError, VendorFailedError) as error:
            raise UnavailableError("The gate gave no answer.", code="gate_unreachable") from error
        finally:
            if connection is not None:
                connection.abort()
        return GateReply(status, content_type, body, retry)

    async def _whole(self, connection: VendorConnection) -> bytes:
        parts: list[bytes] = []
        size = 0
        while (part := await connection.read()) is not None:
            parts.append(part)
            size += len(part)
            if size > self.most_bytes:
                raise BodyTooLargeError(f"The answer is larger than {self.most_bytes} bytes.")
        return b"".join(parts)


def _close(connection: VendorConnection) -> None:
    connection.abort()


def _forget(_: VendorConnection) -> None:
    """Nothing holds it."""
