"""Writes the migration from the newest revision to the tables as the code has them: ``make migration NAME=…``."""

import sys
import tempfile
from importlib import import_module

from alembic import command

from passgate.storage.base import Base
from passgate.storage.engine import open_engine
from passgate.storage.migration import alembic_config, migrate

DOMAINS = ("identity", "catalog", "publishing", "metering", "gateway")


def main(name: str) -> None:
    """Compare a fresh, migrated SQLite with the tables, and write the difference."""
    for domain in DOMAINS:
        import_module(f"passgate.{domain}.models")
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{folder}/new.db")
        migrate(engine)
        with engine.begin() as connection:
            config = alembic_config(connection)
            config.attributes["metadata"] = Base.metadata
            command.revision(config, message=name, autogenerate=True)
        engine.dispose()


if __name__ == "__main__":
    main(sys.argv[1])
