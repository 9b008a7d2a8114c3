"""Tables of the audit log. Triggers of the database keep entries from being changed, or deleted before their time."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import BigInteger, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from passgate.storage.base import Base
from passgate.storage.columns import SealedText, UtcDateTime

_ID = String(40)
_NUMBER = BigInteger().with_variant(Integer, "sqlite")


class AuditEntry(Base):
    """One act; append-only."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index("ix_audit_entries_actor_id_seq", "actor_id", "seq"),
        Index("ix_audit_entries_target_id_seq", "target_id", "seq"),
        Index("ix_audit_entries_team_id_seq", "team_id", "seq"),
    )
    audited: ClassVar[bool] = False

    seq: Mapped[int] = mapped_column(_NUMBER, primary_key=True, autoincrement=False)
    """Without gaps, in the order of the commits."""
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    actor_kind: Mapped[str] = mapped_column(String(16))
    """``user``, ``application``, ``system`` (the machine, its operator), or ``nobody`` (a stranger)."""
    actor_id: Mapped[str] = mapped_column(_ID)
    actor_name: Mapped[str] = mapped_column(String(100))
    via: Mapped[str] = mapped_column(_ID)
    """The browser session or the token that the actor came with, by its id."""
    ip: Mapped[str] = mapped_column(String(64))
    request_id: Mapped[str] = mapped_column(String(128))
    act: Mapped[str] = mapped_column(String(80), index=True)
    """``application.created``, ``membership.changed``, ``session.refused``, …"""
    target_kind: Mapped[str] = mapped_column(String(60))
    target_id: Mapped[str] = mapped_column(String(200))
    target_name: Mapped[str] = mapped_column(String(254))
    team_id: Mapped[str | None] = mapped_column(_ID)
    """The team that the target belongs to; None: the whole organisation."""
    result: Mapped[str] = mapped_column(String(16))
    """``done`` or ``refused``."""
    reason: Mapped[str] = mapped_column(String(100))
    """The code of the rule that refused."""
    before: Mapped[str | None] = mapped_column(Text)
    """JSON in its canonical form, as it was hashed."""
    after: Mapped[str | None] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(String(64))
    """HMAC-SHA256 over the hash before and all of this entry."""


class AuditChain(Base):
    """The end of the chain, one row: its lock makes writers queue, its MAC tells that no entry was cut off the end."""

    __tablename__ = "audit_chain"
    audited: ClassVar[bool] = False

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(String(64))
    purged_seq: Mapped[int] = mapped_column(BigInteger)
    """Entries up to here were deleted for their age."""
    purged_hash: Mapped[str] = mapped_column(String(64))
    """The hash that the oldest entry kept builds on."""
    sealed_key: Mapped[str | None] = mapped_column(SealedText)
    """The HMAC's key, under the master key: who can write to the database alone cannot make a chain that fits."""
    mac: Mapped[str] = mapped_column(String(64))
    """HMAC-SHA256 over this row."""
