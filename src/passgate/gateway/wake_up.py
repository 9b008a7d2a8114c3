"""Waiting for a change: woken by a notice, or by the poll behind it."""

import asyncio
import contextlib
import logging
import socket
from dataclasses import dataclass, field
from pathlib import Path

from passgate.gateway.notice import CHANNEL
from passgate.kernel.outage import Outage

_log = logging.getLogger("passgate.agent")

_RECONNECT_SECONDS = 1.0


@dataclass(slots=True)
class WakeUp:
    """Listens on the local socket and, with PostgreSQL, on the database's channel.

    Attributes:
        path: the Unix socket that notices of this machine arrive on.
        postgresql: libpq connection string, or None on SQLite.
    """

    path: Path
    postgresql: str | None = None
    _event: asyncio.Event = field(default_factory=asyncio.Event)
    _socket: socket.socket | None = None
    _listener: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Bind the socket and begin to listen."""
        self.path.unlink(missing_ok=True)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.bind(str(self.path))
        asyncio.get_running_loop().add_reader(self._socket, self._drain)
        if self.postgresql is not None:
            self._listener = asyncio.create_task(self._listen(self.postgresql))

    async def wait(self, seconds: float) -> None:
        """Return at the next notice, at once if one came since the last wait, or when the time is over."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._event.wait(), seconds)
        self._event.clear()

    def stop(self) -> None:
        """Stop listening."""
        if self._listener is not None:
            self._listener.cancel()
        if self._socket is not None:
            asyncio.get_running_loop().remove_reader(self._socket)
            self._socket.close()
            self.path.unlink(missing_ok=True)

    def _drain(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while self._socket is not None and self._socket.recv(16):
                pass
        self._event.set()

    async def _listen(self, conninfo: str) -> None:
        import psycopg  # noqa: PLC0415 - eight megabytes that a node on SQLite has no use for

        outage = Outage(_log, "cannot listen to the database", "listening to the database again")
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    outage.worked()
                    self._event.set()  # something may have changed before the channel was open
                    async for _ in connection.notifies():
                        self._event.set()
            except psycopg.Error as error:
                outage.failed(error)
                await asyncio.sleep(_RECONNECT_SECONDS)
