"""A control process as a child of the test, with a database of its own."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from databases import SqliteDatabases
from passgate.kernel.clock import SystemClock
from passgate.kernel.ids import IdFactory
from passgate.kernel.sealing import Vault
from passgate.storage.engine import open_engine
from passgate.storage.work import Storage

MASTER_KEY = "07" * 32
_SOURCES = Path(__file__).parents[2] / "src"


@dataclass
class Control:
    """A running console, and the storage behind it."""

    url: str
    storage: Storage

    @property
    def host(self) -> str:
        return self.url.removeprefix("http://")


@contextmanager
def running_control(databases: SqliteDatabases) -> Iterator[Control]:
    """Start one on a fresh database; it answers as soon as it is up, since its socket listens already."""
    with databases.fresh() as database_url, socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        clock = SystemClock()
        engine = open_engine(database_url)
        storage = Storage(engine, clock, IdFactory(clock), Vault.of(bytes.fromhex(MASTER_KEY)))
        descriptor = listener.fileno()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
        process = subprocess.Popen(
            [
                sys.executable,
                str(Path(__file__).parent / "serve_console.py"),
                database_url,
                MASTER_KEY,
                str(descriptor),
            ],
            pass_fds=[descriptor],
            env={**environment, "PYTHONPATH": str(_SOURCES)},
        )
        try:
            yield Control(f"http://127.0.0.1:{listener.getsockname()[1]}", storage)
        finally:
            process.terminate()
            process.wait(timeout=20)
            engine.dispose()
