"""The table of limits."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import JSON, BigInteger, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from passgate.storage.base import Base
from passgate.storage.columns import UtcDateTime

_ID = String(40)


class Limit(Base):
    """A limit on what one token, application, team, user, model or provider may use."""

    __tablename__ = "limits"
    __table_args__ = (Index("ix_limits_target", "scope", "target"),)
    affects_snapshot: ClassVar[bool] = True

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    scope: Mapped[str] = mapped_column(String(16))
    target: Mapped[str] = mapped_column(_ID)
    """The jti, or the id of what is limited; it may be gone, and then nothing meets the limit."""
    team_id: Mapped[str | None] = mapped_column(_ID, index=True)
    """The team that the target belongs to; None: a user, or what every team may use."""
    measure: Mapped[str] = mapped_column(String(16))
    window: Mapped[str] = mapped_column(String(16))
    amount: Mapped[int] = mapped_column(BigInteger)
    """Calls, tokens, calls at the same time, or micro-dollars."""
    subscription_id: Mapped[str | None] = mapped_column(_ID, index=True)
    """The subscription whose plan made it; such a limit changes with the plan, and not by hand."""
    alert_percents: Mapped[list[int]] = mapped_column(JSON, default=lambda: [80, 100])
    """Shares of a budget at which there is an alert; of other limits nothing is told."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(_ID)
