"""The declarative base of all tables."""

from typing import ClassVar

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

_NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Base of all tables; constraints have names, so that migrations can change them on every database."""

    metadata = MetaData(naming_convention=_NAMING)

    affects_snapshot: ClassVar[bool] = False
    """True on tables whose rows the gate must know: a change to one makes the unit of work publish a new snapshot."""

    audited: ClassVar[bool] = True
    """False on tables that only record what happens (calls, the nodes' state): a change to any other is told in the
    audit log, whoever makes it."""

    unaudited_columns: ClassVar[frozenset[str]] = frozenset()
    """Columns of an audited table that only tell of use; ``last_…`` columns need not be named."""

    audited_under: ClassVar[str] = ""
    """Column with the id of what a row is a part of; the audit log names that first, so that its name finds the row."""

    def audit_name(self) -> str:
        """What the audit log calls a row that has neither name nor e-mail address."""
        return ""

    def is_audited(self) -> bool:
        """Whether a change to this very row is told in the audit log; for tables that hold rows of both sorts."""
        return self.audited
