"""Tables of alerts, of webhooks, and of what was delivered to them."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import JSON, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from passgate.storage.base import Base
from passgate.storage.columns import SealedText, UtcDateTime

_ID = String(40)


class Alert(Base):
    """Something that was noticed; once for each key, whoever notices it."""

    __tablename__ = "alerts"
    audited: ClassVar[bool] = False
    __table_args__ = (Index("ix_alerts_team_id_id", "team_id", "id"),)

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    key: Mapped[str] = mapped_column(String(200), unique=True)
    """What it is about and of which window and threshold, such as ``budget:lim_…:1790812800:80``."""
    kind: Mapped[str] = mapped_column(String(32))
    severity: Mapped[str] = mapped_column(String(16))
    """``warning`` or ``critical``."""
    title: Mapped[str] = mapped_column(String(200))
    message: Mapped[str] = mapped_column(Text)
    team_id: Mapped[str | None] = mapped_column(_ID)
    """Whose it is; None: for those who may read alerts of the whole organisation."""
    target_id: Mapped[str] = mapped_column(String(64))
    """The limit, token, provider or node that it is about."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    acknowledged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    acknowledged_by: Mapped[str | None] = mapped_column(_ID)


class Webhook(Base):
    """An address that alerts are sent to."""

    __tablename__ = "webhooks"

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    team_id: Mapped[str | None] = mapped_column(_ID, ForeignKey("teams.id"), index=True)
    """Gets alerts of this team; None: all alerts."""
    name: Mapped[str] = mapped_column(String(100))
    url: Mapped[str] = mapped_column(String(500))
    sealed_secret: Mapped[str] = mapped_column(SealedText)
    kinds: Mapped[list[str]] = mapped_column(JSON)
    """Which alerts; empty: every kind."""
    is_enabled: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class WebhookDelivery(Base):
    """One message to one webhook, and how it went."""

    __tablename__ = "webhook_deliveries"
    audited: ClassVar[bool] = False
    __table_args__ = (Index("ix_webhook_deliveries_webhook_id_id", "webhook_id", "id"),)

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    webhook_id: Mapped[str] = mapped_column(_ID, ForeignKey("webhooks.id", ondelete="CASCADE"))
    alert_id: Mapped[str | None] = mapped_column(_ID)
    """None: a test."""
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    attempts: Mapped[int] = mapped_column(Integer)
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    """None: it arrived, or was given up."""
    status: Mapped[int | None]
    """Of the last answer."""
    outcome: Mapped[str | None] = mapped_column(String(300))
    """``delivered``, or why it was not."""
