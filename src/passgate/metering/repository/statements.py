"""Inserts that both databases spell alike, each in its own dialect."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

from passgate.metering.records import Row


def insert_new(connection: Connection, table: Table, rows: Sequence[Row], key: Column[Any]) -> set[Any]:
    """Insert the rows that are not there yet; returns the keys of those that were truly inserted."""
    statement = _insert(connection, table).on_conflict_do_nothing().returning(key)
    return set(connection.execute(statement, rows).scalars())


def insert_or_add(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert sums, or add them to those that stand under the same key.

    The rows go in the order of their keys, so that two nodes never wait for each other in a circle.
    """
    keys = [column.name for column in table.primary_key.columns]
    statement = _insert(connection, table)
    sums = {column.name: column + statement.excluded[column.name] for column in table.columns if not column.primary_key}
    statement = statement.on_conflict_do_update(index_elements=keys, set_=sums)
    connection.execute(statement, sorted(rows, key=lambda row: tuple(row[name] for name in keys)))


def _insert(connection: Connection, table: Table) -> "postgresql.Insert | sqlite.Insert":
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
