"""Every sealed secret of the database, and sealing them all anew under another master key."""

from collections import Counter
from collections.abc import Iterator

from sqlalchemy import Column, Table, and_, select, update

from passgate.kernel.sealing import sealing_key_of
from passgate.storage.base import Base
from passgate.storage.columns import SealedText
from passgate.storage.work import Work


def sealed_columns() -> Iterator[tuple[Table, Column[str]]]:
    """The columns that hold sealed secrets, of the tables whose modules are loaded."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, SealedText):
                yield table, column


def sealing_keys(work: Work) -> Counter[str]:
    """How many secrets are sealed under each master key, by the keys' ids."""
    connection = work.session.connection()
    found = Counter[str]()
    for _, column in sealed_columns():
        found.update(sealing_key_of(text) for text in connection.scalars(select(column).where(column.is_not(None))))
    return found


def reseal(work: Work) -> int:
    """Seal under the current master key all that is sealed under another; how many secrets those were.

    Past the session: the rows mean what they meant, so nothing about them is to be told.

    Raises:
        UnsealError: a secret is under a master key that is not here.
    """
    connection, current, count = work.session.connection(), work.vault.renewed().current, 0
    for table, column in sealed_columns():
        keys = list(table.primary_key.columns)
        rows = connection.execute(select(column, *keys).where(column.is_not(None)).with_for_update()).all()
        for sealed, *identity in rows:
            if sealing_key_of(sealed) == current:
                continue
            this = and_(*(key == value for key, value in zip(keys, identity, strict=True)))
            renewed = work.vault.seal(work.vault.open(sealed))
            connection.execute(update(table).where(this).values({column: renewed}))
            count += 1
    return count
