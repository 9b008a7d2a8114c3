"""Tables of publishing: services and who subscribes to them."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from passgate.storage.base import Base
from passgate.storage.columns import UtcDateTime

_ID = String(40)
_ACTIVE = text("status = 'active'")


class Service(Base):
    """A REST API behind the gate."""

    __tablename__ = "services"
    affects_snapshot: ClassVar[bool] = True

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    team_id: Mapped[str] = mapped_column(_ID, ForeignKey("teams.id"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    description: Mapped[str] = mapped_column(Text)
    base_path: Mapped[str] = mapped_column(String(200), unique=True)
    strip_base_path: Mapped[bool]
    """Whether the upstream sees the path without the base path."""
    access: Mapped[str] = mapped_column(String(16))
    """``public``, ``token`` or ``subscription``."""
    upstream_url: Mapped[str] = mapped_column(String(500))
    host_header: Mapped[str | None] = mapped_column(String(255))
    timeout_ms: Mapped[int]
    connect_timeout_ms: Mapped[int]
    status: Mapped[str] = mapped_column(String(16), index=True)
    """``draft``, ``published`` or ``retired``."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(_ID)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When it was published last."""


class Subscription(Base):
    """An application's right to call a service; ended ones stay for the record."""

    __tablename__ = "subscriptions"
    __table_args__ = (
        Index(
            "uq_subscriptions_active",
            "service_id",
            "application_id",
            unique=True,
            sqlite_where=_ACTIVE,
            postgresql_where=_ACTIVE,
        ),
    )
    affects_snapshot: ClassVar[bool] = True

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    service_id: Mapped[str] = mapped_column(_ID, ForeignKey("services.id", ondelete="CASCADE"))
    application_id: Mapped[str] = mapped_column(_ID, ForeignKey("applications.id", ondelete="CASCADE"), index=True)
    status: Mapped[str] = mapped_column(String(16))
    """``active`` or ``ended``."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(_ID)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
