"""Tables of corrections: an entry of the ledger is never rewritten, a new one stands beside it."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import BigInteger, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from passgate.storage.base import Base
from passgate.storage.columns import UtcDateTime

_ID = String(40)
_GROWING = BigInteger().with_variant(Integer, "sqlite")


class Repricing(Base):
    """A correction of prices: which calls of which time were charged anew, why, and what it came to."""

    __tablename__ = "repricings"

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(_ID)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    model: Mapped[str | None] = mapped_column(String(200))
    provider_id: Mapped[str | None] = mapped_column(_ID)
    vendor_model: Mapped[str | None] = mapped_column(String(200))
    price: Mapped[str | None] = mapped_column(Text)
    """The figures, in one line; None: those that each deployment has now."""
    reason: Mapped[str] = mapped_column(String(200))
    calls: Mapped[int]
    """Whose cost changed."""
    cost_before: Mapped[int] = mapped_column(BigInteger)
    """Micro-dollars of those calls together."""
    cost_after: Mapped[int] = mapped_column(BigInteger)


class UsageCorrection(Base):
    """What one call costs since a correction; of several, the last holds."""

    __tablename__ = "usage_corrections"
    audited: ClassVar[bool] = False

    id: Mapped[int] = mapped_column(_GROWING, primary_key=True, autoincrement=True)
    request_id: Mapped[str] = mapped_column(Text, index=True)
    repricing_id: Mapped[str] = mapped_column(_ID, ForeignKey("repricings.id"))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    """Of the call; it is deleted together with the call's usage."""
    cost: Mapped[int] = mapped_column(BigInteger)
    """Micro-dollars."""
    price_version: Mapped[str] = mapped_column(Text)
    unit_prices: Mapped[str] = mapped_column(Text)
