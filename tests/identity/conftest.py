"""Fixtures of identity's tests."""

from collections.abc import Iterator

import pytest

from moving_clock import MovingClock
from passgate.kernel.ids import IdFactory
from passgate.kernel.sealing import Vault
from passgate.storage.engine import open_engine
from passgate.storage.work import Storage


@pytest.fixture
def sqlite_storage(sqlite_url: str, clock: MovingClock, ids: IdFactory, vault: Vault) -> Iterator[Storage]:
    """Storage on SQLite alone, for rules that no database can change."""
    engine = open_engine(sqlite_url)
    yield Storage(engine, clock, ids, vault)
    engine.dispose()
