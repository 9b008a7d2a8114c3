"""Tables of the scope catalogue: what scopes there are, whose they are, and who may have them in tokens."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from passgate.storage.base import Base
from passgate.storage.columns import UtcDateTime

_ID = String(40)


class ScopeEntry(Base):
    """A scope that a team's service understands. No foreign key to the service: services are of a layer above."""

    __tablename__ = "scopes"

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    """As it stands in tokens, such as ``orders:read`` (RFC 6749 section 3.3)."""
    team_id: Mapped[str] = mapped_column(ForeignKey("teams.id"), index=True)
    """Whose it is; the team's own applications may have it without a grant."""
    service_id: Mapped[str | None] = mapped_column(_ID, index=True)
    audience: Mapped[str] = mapped_column(String(200))
    """``aud`` of the tokens that it belongs in; empty: of any."""
    description: Mapped[str] = mapped_column(Text)
    """What it allows, as a consent page says it."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(_ID)


class ScopeGrant(Base):
    """An application of another team that may have the scope."""

    __tablename__ = "scope_grants"

    scope_id: Mapped[str] = mapped_column(ForeignKey("scopes.id", ondelete="CASCADE"), primary_key=True)
    application_id: Mapped[str] = mapped_column(
        ForeignKey("applications.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(_ID)
