"""Tables of roles that an organisation makes for itself, and of the roles that applications bear in their tokens."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from passgate.storage.base import Base
from passgate.storage.columns import UtcDateTime

_ID = String(40)
_OF_ALL = text("team_id IS NULL")


class CustomRole(Base):
    """A set of permissions under a name: of one team, or (without a team) of the whole organisation."""

    __tablename__ = "roles"
    __table_args__ = (
        Index("uq_roles_team_id_name", "team_id", "name", unique=True),
        Index("uq_roles_name", "name", unique=True, sqlite_where=_OF_ALL, postgresql_where=_OF_ALL),
    )

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    team_id: Mapped[str | None] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(100))
    description: Mapped[str] = mapped_column(Text)
    permissions: Mapped[list[str]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(_ID)


class ApplicationRole(Base):
    """A role that an application bears: it stands in the claim ``roles`` of its tokens."""

    __tablename__ = "application_roles"

    application_id: Mapped[str] = mapped_column(ForeignKey("applications.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(_ID)
