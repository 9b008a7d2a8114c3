"""Tables of MCP servers behind services: what their tools are, and which of them were allowed in which form."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from passgate.storage.base import Base
from passgate.storage.columns import UtcDateTime

_ID = String(40)


class McpServer(Base):
    """What was found when a server was asked for its tools last."""

    __tablename__ = "mcp_servers"
    audited: ClassVar[bool] = False

    service_id: Mapped[str] = mapped_column(_ID, ForeignKey("services.id", ondelete="CASCADE"), primary_key=True)
    team_id: Mapped[str] = mapped_column(_ID)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When it gave its tools last."""
    failure: Mapped[str] = mapped_column(Text)
    """Why it gave none; empty: it did."""
    name: Mapped[str] = mapped_column(String(200))
    """What it calls itself."""
    left_out: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    """Tools that cannot be offered: ``name`` and ``reason``."""


class ServerTool(Base):
    """A tool of a server: as it was seen last, and as it was allowed, which callers get as long as both are one."""

    __tablename__ = "mcp_server_tools"
    __table_args__ = (Index("uq_mcp_server_tools_service_id_route", "service_id", "route", unique=True),)
    audited_under: ClassVar[str] = "service_id"
    affects_snapshot: ClassVar[bool] = True

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    service_id: Mapped[str] = mapped_column(_ID, ForeignKey("services.id", ondelete="CASCADE"))
    team_id: Mapped[str] = mapped_column(_ID)
    """The service's."""
    route: Mapped[str] = mapped_column(String(64))
    """What the gate calls it, in paths and policies; made of its name."""
    name: Mapped[str] = mapped_column(String(128))
    """What the server calls it."""
    seen: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """Title, description, schemas and annotations; None: the server does not have it any more."""
    seen_digest: Mapped[str | None] = mapped_column(String(64))
    pinned: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """The same as it was when somebody allowed it; None: nobody did."""
    pinned_digest: Mapped[str | None] = mapped_column(String(64))
    allowed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    allowed_by: Mapped[str | None] = mapped_column(_ID)
