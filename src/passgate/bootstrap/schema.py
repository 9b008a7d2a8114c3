"""Bringing the database to the present schema, in a process of its own.

It runs while control loads its libraries, and takes its own (Alembic and what comes with it, a dozen megabytes) along
when it ends.
"""

import subprocess
import sys

from passgate.bootstrap.layout import Folders
from passgate.settings import Settings

PROCESS_NAME = "schema"


def run_schema(settings: Settings, folders: Folders) -> None:
    """Migrate, and end.

    Raises:
        PassgateError: the database cannot be used, or is of a newer Passgate.
    """
    from passgate.storage.engine import open_engine  # noqa: PLC0415 - control names this module without loading these
    from passgate.storage.migration import migrate  # noqa: PLC0415 - as above

    del folders
    engine = open_engine(settings.sqlalchemy_url)
    try:
        migrate(engine)
    finally:
        engine.dispose()


def begin_schema() -> "subprocess.Popen[bytes]":
    """Start the process; its exit code is the one to end with where it is not 0, and it has said why."""
    return subprocess.Popen([sys.executable, "-m", "passgate.bootstrap.process", PROCESS_NAME])  # noqa: S603 - our own
