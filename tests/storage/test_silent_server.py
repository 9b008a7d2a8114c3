"""How long a PostgreSQL is waited for that is gone without a word."""

import socket
import time

import pytest
from sqlalchemy.exc import OperationalError

from passgate.storage.engine import open_engine


def test_a_server_that_never_answers_is_given_up() -> None:
    """It takes the connection, as the system does for a program that hangs; the URL says how long to wait here."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql+psycopg://nobody@127.0.0.1:{silent.getsockname()[1]}/none?connect_timeout=2"
        engine, begun = open_engine(url), time.monotonic()
        with pytest.raises(OperationalError, match="timeout"):
            engine.connect()
        assert time.monotonic() - begun < 8
        engine.dispose()


def test_a_connection_finds_out_that_its_server_is_gone(postgresql_url: str) -> None:
    engine = open_engine(postgresql_url)
    with engine.connect() as connection:
        told = connection.connection.driver_connection
        assert told is not None
        options = {option.keyword.decode(): option.val for option in told.pgconn.info}
    assert (options["connect_timeout"], options["tcp_user_timeout"]) == (b"10", b"30000")
    assert (options["keepalives_idle"], options["keepalives_interval"], options["keepalives_count"]) == (
        b"15",
        b"5",
        b"3",
    )
    engine.dispose()
