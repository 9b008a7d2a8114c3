"""What to tell somebody whose request met a database that is away, or that takes no changes."""

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionError

_READ_ONLY = "25006"
"""PostgreSQL's ``read_only_sql_transaction``: a replica, or a server that was set so."""


def outage_told(error: BaseException) -> str | None:
    """One sentence or two for who asked; None where the error is none of the database's being away.

    A pool whose connections all wait for a database that hangs counts as away.
    """
    if isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) == _READ_ONLY:
        return "The database can only be read now. Try again later."
    if isinstance(error, (OperationalError, NoConnectionError)):
        return "The database does not answer now. Try again."
    return None
