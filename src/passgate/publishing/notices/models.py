"""The table of notices."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from passgate.storage.base import Base
from passgate.storage.columns import UtcDateTime

_ID = String(40)


class Notice(Base):
    """Something that happened and that concerns a team."""

    __tablename__ = "notices"
    __table_args__ = (Index("ix_notices_team_id_id", "team_id", "id"),)
    audited: ClassVar[bool] = False

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    team_id: Mapped[str] = mapped_column(_ID, ForeignKey("teams.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(40))
    """Such as ``subscription.requested``."""
    subject: Mapped[str] = mapped_column(_ID)
    """The id of what it is about."""
    service_id: Mapped[str | None] = mapped_column(_ID, index=True)
    text: Mapped[str] = mapped_column(Text)
    """A sentence for people."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When somebody of the team put it away."""
