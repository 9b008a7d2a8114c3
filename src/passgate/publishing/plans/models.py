"""Tables of plans."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from passgate.storage.base import Base
from passgate.storage.columns import UtcDateTime

_ID = String(40)


class Plan(Base):
    """What a team offers to subscribers of its services."""

    __tablename__ = "plans"
    affects_snapshot: ClassVar[bool] = True

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    team_id: Mapped[str] = mapped_column(_ID, ForeignKey("teams.id"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    description: Mapped[str] = mapped_column(Text)
    rates: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """Calls per window, each ``{"calls": …, "window": …}``; all of them hold."""
    models: Mapped[list[str]] = mapped_column(JSON)
    """Public names of the models that a subscriber may use; empty: the plan says nothing of models."""
    budget: Mapped[int | None] = mapped_column(BigInteger)
    """Micro-dollars that a subscriber may spend on AI in each window; None: no bound."""
    budget_window: Mapped[str | None] = mapped_column(String(16))
    needs_approval: Mapped[bool]
    is_public: Mapped[bool]
    """Otherwise only teams that are invited know of it."""
    invited_team_ids: Mapped[list[str]] = mapped_column(JSON)
    lifetime_days: Mapped[int | None]
    """How long a subscription lasts; None: until somebody ends it."""
    position: Mapped[int]
    """Its place among the plans of a service; the lowest comes first."""
    is_default: Mapped[bool]
    """Taken where a subscriber names no plan."""
    is_open: Mapped[bool]
    """Whether new subscribers may take it; those who have it keep it."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(_ID)


class PlanService(Base):
    """A service that offers a plan."""

    __tablename__ = "plan_services"

    plan_id: Mapped[str] = mapped_column(_ID, ForeignKey("plans.id", ondelete="CASCADE"), primary_key=True)
    service_id: Mapped[str] = mapped_column(
        _ID, ForeignKey("services.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class PlanStart(Base):
    """When a team took a plan with a lifetime first: by subscribing anew it does not begin anew."""

    __tablename__ = "plan_starts"
    audited: ClassVar[bool] = False

    plan_id: Mapped[str] = mapped_column(_ID, ForeignKey("plans.id", ondelete="CASCADE"), primary_key=True)
    service_id: Mapped[str] = mapped_column(
        _ID, ForeignKey("services.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    team_id: Mapped[str] = mapped_column(_ID, ForeignKey("teams.id", ondelete="CASCADE"), primary_key=True)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
