"""Inserts and look-ups in bulk that both databases spell alike, each in its own dialect.

Rows go to the driver as plain tuples: SQLAlchemy's work on the parameters of each row costs more than the insert.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeVar

import orjson
from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

Row = dict[str, Any]
"""Column to value."""
Values = tuple[Any, ...]
MomentWriter = Callable[[str, datetime], object]
"""Gives the form in which the driver stores a moment in UTC, of which the text in ISO 8601 is known as well."""
_COUNTED = {"preserve_rowcount": True}
_USUAL_SHAPES = {("T", ".", "Z"), ("T", ".", "+00:00")}
"""Of moments as Envoy and the workers write them: to the microsecond, in UTC."""


class OfRequest(Protocol):
    """A line that tells of one request."""

    @property
    def request_id(self) -> str:
        """The gate's name for it."""


OfRequestLine = TypeVar("OfRequestLine", bound=OfRequest)


class DuplicateRowsError(Exception):
    """Of some rows, not all could be inserted."""


def insert_all(
    connection: Connection, table: Table, columns: Sequence[str], pieces: Iterable[Sequence[Values]]
) -> None:
    """Insert rows of which none may be there yet, the values as the driver takes them, in the columns' order.

    Raises:
        DuplicateRowsError: some are there already, or twice among these; none was inserted.
    """
    marks = ", ".join(["%s" if connection.dialect.name == "postgresql" else "?"] * len(columns))
    statement = f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({marks}) ON CONFLICT DO NOTHING"  # noqa: S608 - names of our own tables
    with connection.begin_nested() as savepoint:
        for rows in pieces:
            if connection.exec_driver_sql(statement, list(rows), _COUNTED).rowcount != len(rows):
                savepoint.rollback()
                raise DuplicateRowsError


def add_all(
    connection: Connection, table: Table, keys: Sequence[str], figures: Sequence[str], rows: Sequence[Values]
) -> None:
    """As :func:`insert_or_add`, for many rows that come as the driver takes them, in the order of their keys."""
    if not rows:
        return
    columns = (*keys, *figures)
    marks = ", ".join(["%s" if connection.dialect.name == "postgresql" else "?"] * len(columns))
    sums = ", ".join(f"{name} = {table.name}.{name} + excluded.{name}" for name in figures)
    statement = (
        f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({marks}) "  # noqa: S608 - names of our own tables
        f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {sums}"
    )
    connection.exec_driver_sql(statement, list(rows))


def rows_with(connection: Connection, table: Table, columns: str, key: str, values: Collection[str]) -> list[Any]:
    """Some columns of the rows whose key is one of these texts."""
    if not values:
        return []
    query = f"SELECT {columns} FROM {table.name} WHERE {key}"  # noqa: S608 - names of our own tables
    if connection.dialect.name == "postgresql":
        return list(connection.exec_driver_sql(f"{query} = ANY(%s)", (list(values),)))
    query += " IN (SELECT value FROM json_each(?))"
    return list(connection.exec_driver_sql(query, (orjson.dumps(list(values)).decode(),)))


def not_kept(connection: Connection, table: Table, lines: Sequence[OfRequestLine]) -> Sequence[OfRequestLine]:
    """Those whose request is not in the table; of several of one request, the first."""
    ids = {line.request_id for line in lines}
    kept = {request_id for (request_id,) in rows_with(connection, table, "request_id", "request_id", ids)}
    first: dict[str, OfRequestLine] = {}
    for line in lines:
        first.setdefault(line.request_id, line)
    return [line for request_id, line in first.items() if request_id not in kept]


def moment_writer(connection: Connection) -> MomentWriter:
    """The one for this database."""
    return _as_given if connection.dialect.name == "postgresql" else _as_text


def _as_given(text: str, moment: datetime) -> datetime:
    del text
    return moment


def _as_text(text: str, moment: datetime) -> str:
    if (text[10:11], text[19:20], text[26:]) in _USUAL_SHAPES:
        return f"{text[:10]} {text[11:26]}"
    return moment.isoformat(" ", "microseconds")[:26]  # as SQLAlchemy's DateTime does for SQLite, without a zone


def insert_new(connection: Connection, table: Table, row: Row) -> bool:
    """Insert a row that is not there yet; tells whether it was inserted."""
    statement = _insert(connection, table).on_conflict_do_nothing()
    return connection.execute(statement, row, execution_options=_COUNTED).rowcount == 1


def insert_or_add(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert sums, or add them to those that stand under the same key.

    The rows go in the order of their keys, so that two nodes never wait for each other in a circle.
    """
    keys = [column.name for column in table.primary_key.columns]
    figures = [column.name for column in table.columns if not column.primary_key]
    write = moment_writer(connection)
    values = sorted(tuple(row[name] for name in (*keys, *figures)) for row in rows)
    moments_written = [tuple(write("", one) if isinstance(one, datetime) else one for one in row) for row in values]
    add_all(connection, table, keys, figures, moments_written)


def _insert(connection: Connection, table: Table) -> "postgresql.Insert | sqlite.Insert":
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
