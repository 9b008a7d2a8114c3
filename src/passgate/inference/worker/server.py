"""The worker as a process: a Unix socket, uvicorn, and an orderly end."""

import contextlib
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import uvicorn

from passgate.inference.worker.app import build_app
from passgate.inference.worker.options import WorkerOptions

_BACKLOG = 2048
_KEEP_ALIVE_SECONDS = 7200
"""Longer than Envoy keeps idle connections (an hour), so that the worker never closes one just as Envoy uses it."""


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
        _Server(server_config(options)).run(sockets=[listener])
    finally:
        listener.close()
        socket_path.unlink(missing_ok=True)


def server_config(options: WorkerOptions) -> uvicorn.Config:
    """How uvicorn serves a worker. Envoy logs the calls and sets ``date`` and ``server``."""
    return uvicorn.Config(
        build_app(options),
        loop="uvloop",
        http="httptools",
        ws="none",
        interface="asgi3",
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        backlog=_BACKLOG,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=max(1, round(options.limits.graceful_stop)),
    )


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


class _Server(uvicorn.Server):
    """Ends by returning; uvicorn's own raises the signal once more, which would end the process as if it had died."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        handlers = {number: signal.signal(number, self._stop) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.handle_exit(number, frame)
