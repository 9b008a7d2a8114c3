"""Fixtures that every area uses: a fresh database, and time, ids and sealing that a test controls."""

import gc
import itertools
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from databases import PostgresDatabases, SqliteDatabases, postgres_server
from moving_clock import MovingClock
from passgate.kernel.actor import Actor, ActorKind
from passgate.kernel.ids import IdFactory
from passgate.kernel.permissions import Permission
from passgate.kernel.sealing import Vault
from passgate.storage.engine import open_engine
from passgate.storage.work import Storage


def pytest_collection_finish() -> None:
    """Pass thousands of tests by when garbage is collected: looking at them stopped everything for seconds."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock()


@pytest.fixture
def ids(clock: MovingClock) -> IdFactory:
    """Ids that are the same in every run, and sort in the order of their making."""
    numbers = itertools.count(1)
    return IdFactory(clock, lambda length: next(numbers).to_bytes(length))


@pytest.fixture(scope="session")
def vault() -> Vault:
    return Vault.of(b"\x07" * 32)


@pytest.fixture(scope="session")
def sqlite_databases(tmp_path_factory: pytest.TempPathFactory) -> SqliteDatabases:
    return SqliteDatabases(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgres_databases() -> Iterator[PostgresDatabases]:
    """One server a test process, started at the first test that needs it; skips where it cannot start."""
    with postgres_server() as databases:
        yield databases


@pytest.fixture
def sqlite_url(sqlite_databases: SqliteDatabases) -> Iterator[str]:
    """A fresh SQLite database with the present schema, for tests that no other database can change."""
    with sqlite_databases.fresh() as url:
        yield url


@pytest.fixture
def postgresql_url(postgres_databases: PostgresDatabases) -> Iterator[str]:
    """A fresh PostgreSQL database with the present schema."""
    with postgres_databases.fresh() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh database of each kind, one after the other."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = open_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def storage(engine: Engine, clock: MovingClock, ids: IdFactory, vault: Vault) -> Storage:
    """Units of work on a fresh database; no hooks."""
    return Storage(engine, clock, ids, vault)


@pytest.fixture
def admin() -> Actor:
    """Someone who may do everything."""
    return Actor(ActorKind.USER, "user_admin", "Ada Admin", everywhere=frozenset(Permission))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Pictures for the documentation are kept only when they are asked for."""
    parser.addoption("--pictures", default="", metavar="FOLDER", help="keep the browser tests' screenshots there")
