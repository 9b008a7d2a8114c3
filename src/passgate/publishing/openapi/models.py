"""Tables of documents."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from passgate.storage.base import Base
from passgate.storage.columns import UtcDateTime


class OpenApiDocument(Base):
    """A document, stored once under the SHA-256 of its text; it never changes."""

    __tablename__ = "openapi_documents"
    audited: ClassVar[bool] = False
    """What matters is who takes it into use, and that is told with the revision."""

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    syntax: Mapped[str] = mapped_column(String(8))
    title: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    notes: Mapped[list[str]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class OpenApiDocumentTeam(Base):
    """A team that has brought the document in, and so may read and use it."""

    __tablename__ = "openapi_document_teams"

    digest: Mapped[str] = mapped_column(
        String(64), ForeignKey("openapi_documents.digest", ondelete="CASCADE"), primary_key=True
    )
    team_id: Mapped[str] = mapped_column(String(40), ForeignKey("teams.id", ondelete="CASCADE"), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(40))
