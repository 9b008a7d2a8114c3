"""Bringing a database to the present schema, safely when several processes start at once."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from passgate.kernel.errors import UnavailableError
from passgate.storage.engine import WRITE_OPTION

_LOCK = 7_165_301
"""Any fixed number: the advisory lock under which one process migrates a PostgreSQL."""


class DatabaseUnusableError(UnavailableError):
    """The database cannot be opened or migrated; the text says why, without its password."""

    code = "database_unusable"


def alembic_config(connection: Connection) -> Config:
    """Alembic's configuration on an open connection."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def migrate(engine: Engine) -> None:
    """Upgrade to the newest revision, all or nothing.

    Raises:
        DatabaseUnusableError: unreachable, damaged, or newer than this Passgate.
    """
    where = engine.url.render_as_string(hide_password=True)
    try:
        with engine.connect().execution_options(**{WRITE_OPTION: True}) as connection, connection.begin():
            if engine.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:id)"), {"id": _LOCK})
            config = alembic_config(connection)
            current = MigrationContext.configure(connection).get_current_revision()
            known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
            if current is not None and current not in known:
                raise DatabaseUnusableError(f"The database {where} is of a newer Passgate (revision {current}).")
            command.upgrade(config, "head")
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        raise DatabaseUnusableError(f"The database {where} cannot be used: {reason}") from error
