"""The table of what calls said."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from passgate.storage.base import Base
from passgate.storage.columns import SealedText, UtcDateTime

_ID = String(40)


class CallBody(Base):
    """One call's request and answer, sealed."""

    __tablename__ = "call_bodies"
    __table_args__ = (Index("ix_call_bodies_application_id_started_at", "application_id", "started_at"),)
    audited: ClassVar[bool] = False

    request_id: Mapped[str] = mapped_column(Text, primary_key=True)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    application_id: Mapped[str] = mapped_column(_ID)
    team_id: Mapped[str] = mapped_column(_ID)
    sealed_request: Mapped[str] = mapped_column(SealedText)
    sealed_reply: Mapped[str] = mapped_column(SealedText)
    request_bytes: Mapped[int] = mapped_column(Integer)
    """Of the whole, of which the text may be the beginning."""
    reply_bytes: Mapped[int] = mapped_column(Integer)
