"""The database engine: SQLite in WAL mode, or PostgreSQL through psycopg 3."""

import os
import sqlite3
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url

WRITE_OPTION = "passgate_write"
"""Execution option of a connection that is going to write: SQLite then takes its write lock at once."""

_BUSY_SECONDS = 15
_OWNER_ONLY = 0o600

_PATIENCE = {"connect_timeout": 10, "keepalives_idle": 15, "keepalives_interval": 5, "keepalives_count": 3} | {
    "tcp_user_timeout": 30_000
}
"""Of libpq, in seconds, the last in milliseconds; the URL may say otherwise. A server that is gone without a word (a
failover, a firewall that forgot the connection) would be waited for for minutes, up to two hours."""


def open_engine(url: str, *, pool_size: int = 10) -> Engine:
    """An engine for that URL; connects to nothing yet."""
    if url.startswith("sqlite"):
        engine = create_engine(url, connect_args={"timeout": _BUSY_SECONDS, "check_same_thread": False})
        event.listen(engine, "do_connect", _make_for_owner_only)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    given = make_url(url).query
    patience = {name: value for name, value in _PATIENCE.items() if name not in given}
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,
        pool_recycle=1800,
        connect_args=patience,
    )


def _make_for_owner_only(_dialect: object, _record: object, arguments: list[Any], _named: dict[str, Any]) -> None:
    """Make a new database's file, which the umask would let others read, however open its folder is.

    SQLite gives the files beside it the same mode.
    """
    path = str(arguments[0]) if arguments else ":memory:"
    if path and not path.startswith((":memory:", "file:")):
        with suppress(OSError):  # one that is there keeps its mode; where none can be made, connecting says why
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _OWNER_ONLY))


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # SQLAlchemy's begin event, not the driver, opens transactions
    for pragma in (
        "journal_mode = WAL",
        "synchronous = NORMAL",
        "foreign_keys = ON",
        f"busy_timeout = {_BUSY_SECONDS * 1000}",
        "cache_size = -8000",
        "wal_autocheckpoint = 4000",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A deferred transaction that reads first and writes later fails at once when another has written in between;
    # taking the write lock at the start waits for it instead.
    options: dict[str, Any] = dict(connection.get_execution_options())
    connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get(WRITE_OPTION) else "BEGIN")
