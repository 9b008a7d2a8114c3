"""The table of hosts' certificates."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from passgate.storage.base import Base
from passgate.storage.columns import SealedText, UtcDateTime

_ID = String(40)


class ServiceCertificate(Base):
    """A certificate that the gate shows to clients that ask for a host of the service."""

    __tablename__ = "service_certificates"
    __table_args__ = (Index("uq_service_certificates_place", "place", unique=True),)
    audited_under: ClassVar[str] = "service_id"
    affects_snapshot: ClassVar[bool] = True

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    service_id: Mapped[str] = mapped_column(_ID, ForeignKey("services.id", ondelete="CASCADE"), index=True)
    team_id: Mapped[str] = mapped_column(_ID)
    """The service's."""
    place: Mapped[int]
    """Among those of the listener, from 1 on; stays when the certificate is renewed."""
    hosts: Mapped[list[str]] = mapped_column(JSON)
    """The names in it."""
    issuer: Mapped[str] = mapped_column(String(200))
    fingerprint: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the certificate, in hexadecimal."""
    chain_pem: Mapped[str] = mapped_column(Text)
    sealed_key: Mapped[str] = mapped_column(SealedText)
    not_before: Mapped[datetime] = mapped_column(UtcDateTime)
    not_after: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    told_days: Mapped[int | None]
    """How many days ahead the team was told last that it expires."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(_ID)
    renewed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
