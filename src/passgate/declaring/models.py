"""The table of what was declared."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from passgate.storage.base import Base
from passgate.storage.columns import UtcDateTime


class DeclaredObject(Base):
    """The mark of an apply on a thing, so that a later one knows what it may remove."""

    __tablename__ = "declared_objects"
    audited: ClassVar[bool] = False  # the thing's own change is told; the mark says nothing more

    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    object_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    set_name: Mapped[str] = mapped_column(String(100), index=True)
    """Which set of documents declares it."""
    declared_at: Mapped[datetime] = mapped_column(UtcDateTime)
    declared_by: Mapped[str] = mapped_column(String(40))
