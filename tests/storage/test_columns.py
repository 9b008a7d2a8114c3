from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Column, Engine, Integer, MetaData, Table, insert, select
from sqlalchemy.exc import StatementError

from passgate.kernel.sealing import Vault
from passgate.storage.columns import SealedText, UtcDateTime

THINGS = Table(
    "test_things",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("at", UtcDateTime),
    Column("secret", SealedText),
)


def test_a_moment_comes_back_in_utc_from_both_databases(engine: Engine) -> None:
    moment = datetime(2026, 11, 23, 20, 0, 0, 123456, timezone(timedelta(hours=5)))
    with engine.begin() as connection:
        THINGS.create(connection)
        connection.execute(insert(THINGS).values(id=1, at=moment))
        found = connection.scalar(select(THINGS.c.at))
    assert found == moment
    assert found is not None
    assert found.tzinfo is UTC


def test_a_moment_without_a_zone_is_refused(engine: Engine) -> None:
    with engine.begin() as connection:
        THINGS.create(connection)
        with pytest.raises(StatementError, match="time zone"):
            connection.execute(insert(THINGS).values(id=1, at=datetime(2026, 1, 1)))  # noqa: DTZ001 - the point


def test_a_plain_secret_never_reaches_the_database(engine: Engine, vault: Vault) -> None:
    sealed = vault.seal("sk-live")
    with engine.begin() as connection:
        THINGS.create(connection)
        with pytest.raises(StatementError, match="must be sealed"):
            connection.execute(insert(THINGS).values(id=1, secret="sk-live"))
        connection.execute(insert(THINGS).values(id=1, secret=sealed))
        assert vault.open(connection.scalar(select(THINGS.c.secret)) or "") == "sk-live"
