"""How far each spool file was read."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection, CursorResult, delete, select, update

from passgate.metering.models import SpoolOffset
from passgate.metering.repository.statements import insert_new

_TABLE: Any = SpoolOffset.__table__


def stored_offset(connection: Connection, node: str, identity: str) -> int | None:
    """The offset of a file; None where it was never read."""
    query = select(_TABLE.c.offset).where(_TABLE.c.node == node, _TABLE.c.identity == identity)
    return cast("int | None", connection.execute(query).scalar())


def move_offset(connection: Connection, row: dict[str, Any], old: int | None) -> bool:
    """Move the offset of a file on, if it still stands where the caller believes; tells whether it did."""
    if old is None:
        return insert_new(connection, _TABLE, row)
    own = (_TABLE.c.node == row["node"], _TABLE.c.identity == row["identity"], _TABLE.c.offset == old)
    statement = update(_TABLE).where(*own).values(offset=row["offset"], read_at=row["read_at"])
    return cast("CursorResult[Any]", connection.execute(statement)).rowcount == 1


def offset_row(node: str, identity: str, name: str, offset: int, read_at: datetime) -> dict[str, Any]:
    """The row of a file that was read so far."""
    return {"node": node, "identity": identity, "name": name, "offset": offset, "read_at": read_at}


def forget_offset(connection: Connection, node: str, identity: str) -> None:
    """Delete the row of a file that is gone."""
    connection.execute(delete(_TABLE).where(_TABLE.c.node == node, _TABLE.c.identity == identity))
