"""The worker as a process: a Unix socket, an event loop, and an orderly end."""

import asyncio
import logging
import os
import signal
import socket
from collections.abc import Callable
from pathlib import Path

import uvloop

from passgate.inference.worker.app import WorkerApp, build_app
from passgate.inference.worker.client_connection import ClientConnection
from passgate.inference.worker.options import WorkerOptions

_log = logging.getLogger("passgate.inference")

_BACKLOG = 2048
_LAST_SECONDS = 2.0
"""For calls that were cut at the end of the grace to say so."""


def serve_worker(options: WorkerOptions, socket_path: Path) -> None:
    """Serve until SIGTERM or SIGINT; then let running calls end, within the grace, and return.

    Args:
        options: the worker's place and limits.
        socket_path: the Unix socket to listen on, reachable by the owner alone; what an earlier process left is
            replaced.

    Raises:
        OSError: the socket or the spool cannot be made.
    """
    listener = listen(socket_path)
    try:
        uvloop.run(_serve_until_signal(options, listener))
    finally:
        listener.close()
        socket_path.unlink(missing_ok=True)


async def _serve_until_signal(options: WorkerOptions, listener: socket.socket) -> None:
    server = WorkerServer(build_app(options), options.limits.graceful_stop)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.stop)
    await server.serve(listener)


class WorkerServer:
    """Serves a worker's application on a socket until it is told to stop."""

    def __init__(self, app: WorkerApp, grace_seconds: float) -> None:
        self._app = app
        self._grace = grace_seconds
        self._connections: set[ClientConnection] = set()
        self._told_to_stop = asyncio.Event()

    def stop(self) -> None:
        """Take no more calls, and return from ``serve`` when those that run have ended."""
        self._told_to_stop.set()

    async def serve(self, listener: socket.socket, started: Callable[[], None] | None = None) -> None:
        """Serve until told to stop.

        Args:
            listener: a listening socket.
            started: called as soon as calls are taken.
        """
        loop = asyncio.get_running_loop()
        async with self._app.running():
            server = await loop.create_server(self._connection, sock=listener, backlog=_BACKLOG)
            if started is not None:
                started()
            await self._told_to_stop.wait()
            server.close()
            await self._end_calls()

    def _connection(self) -> ClientConnection:
        connection = ClientConnection(self._app.answer, self._connections.discard)
        self._connections.add(connection)
        return connection

    async def _end_calls(self) -> None:
        for connection in tuple(self._connections):
            connection.stop()
        running = [connection.task for connection in self._connections if connection.task is not None]
        if not running:
            return
        _, late = await asyncio.wait(running, timeout=self._grace)
        for task in late:
            task.cancel()
        if late:
            _log.warning("%d calls were still running at the end of the grace, and were cut", len(late))
            await asyncio.wait(late, timeout=_LAST_SECONDS)


def listen(path: Path) -> socket.socket:
    """A listening Unix socket that its owner alone may connect to."""
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    mask = os.umask(0o177)
    try:
        listener.bind(str(path))
    except OSError:
        listener.close()
        raise
    finally:
        os.umask(mask)
    listener.listen(_BACKLOG)
    listener.setblocking(False)
    return listener
