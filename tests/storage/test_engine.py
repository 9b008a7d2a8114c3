"""Files of a new SQLite database."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from passgate.storage.engine import open_engine


@pytest.fixture
def open_umask() -> Iterator[None]:
    mask = os.umask(0o022)
    yield
    os.umask(mask)


@pytest.mark.usefixtures("open_umask")
def test_a_new_database_is_for_its_owner_alone(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'new.db'}")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE one (id INTEGER)"))
        files = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert files == {"new.db": 0o600, "new.db-wal": 0o600, "new.db-shm": 0o600}
    engine.dispose()


def test_where_none_can_be_made_connecting_says_so(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="unable to open database file"):
        open_engine(f"sqlite:///{tmp_path / 'missing' / 'new.db'}").connect()
