"""Tables of the gateway: snapshots, and the nodes with what each has in force."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from passgate.storage.base import Base
from passgate.storage.columns import SealedText, UtcDateTime


class SnapshotRow(Base):
    """One published state, whole; versions grow by one."""

    __tablename__ = "snapshots"
    audited: ClassVar[bool] = False

    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the content less the version: an unchanged state makes no new version."""
    gateway: Mapped[str] = mapped_column(Text)
    """GatewaySnapshot as JSON."""
    inference: Mapped[str] = mapped_column(Text)
    """InferenceConfig as JSON; the vendors' keys in it are sealed."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class FileKeyRow(Base):
    """The key under which the ids of files and batches are sealed, one row: ids that were handed out last as long."""

    __tablename__ = "file_key"
    audited: ClassVar[bool] = False

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    sealed_key: Mapped[str] = mapped_column(SealedText)


class NodeRow(Base):
    """What a node says of itself."""

    __tablename__ = "nodes"
    audited: ClassVar[bool] = False

    name: Mapped[str] = mapped_column(String(63), primary_key=True)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    snapshot_version: Mapped[int] = mapped_column(Integer, default=0)
    """The version in force: acknowledged by Envoy and written for the workers."""
    snapshot_at: Mapped[datetime | None] = mapped_column(UtcDateTime, nullable=True)
    revocation_seq: Mapped[int] = mapped_column(BigInteger, default=0)
    """Up to which revocation the node refuses."""
    revocation_at: Mapped[datetime | None] = mapped_column(UtcDateTime, nullable=True)
    rejected_version: Mapped[int | None] = mapped_column(Integer, nullable=True)
    """The newest version that Envoy refused, while it is newer than the one in force."""
    rejection: Mapped[str | None] = mapped_column(Text, nullable=True)
    """Envoy's own words."""
    routing: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list, server_default="[]")
    """What its workers leave alone, as ``contracts.routing.WorkerHealth``, one a worker."""
