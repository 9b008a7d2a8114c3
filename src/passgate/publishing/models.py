"""Tables of publishing: services, their versions and revisions, and who subscribes to them."""

from datetime import datetime
from typing import Any, ClassVar, cast

from sqlalchemy import JSON, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from passgate.contracts.service_policy import Access
from passgate.publishing.plans.models import Plan
from passgate.storage.base import Base
from passgate.storage.columns import SealedText, UtcDateTime

_ID = String(40)
_OPEN = text("status IN ('requested', 'active', 'suspended')")


class Service(Base):
    """An API behind the gate; what its calls meet is in its versions' revisions."""

    __tablename__ = "services"
    affects_snapshot: ClassVar[bool] = True

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    team_id: Mapped[str] = mapped_column(_ID, ForeignKey("teams.id"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    description: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(16), default="rest", server_default="rest")
    """``rest``, ``prompt`` or ``mcp``."""
    base_path: Mapped[str] = mapped_column(String(200), index=True)
    """Empty only where it has hosts of its own."""
    hosts: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    """Hosts at which it answers; empty: any."""
    strip_base_path: Mapped[bool]
    """Whether the upstream sees the path without the base path."""
    selection: Mapped[str] = mapped_column(String(16), default="path", server_default="path")
    """How callers name a version: ``path``, ``header`` or ``host``."""
    default_version: Mapped[str | None] = mapped_column(String(40))
    """Name of the version that calls get which name none."""
    visibility: Mapped[str] = mapped_column(String(16), default="all_teams", server_default="all_teams")
    """Who finds it once it is published: ``public``, ``all_teams``, or the ``chosen`` teams."""
    tags: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    documentation: Mapped[str] = mapped_column(Text, default="", server_default="")
    """Markdown."""
    review_required: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    """Whether somebody else than its author has to approve a revision before it is published."""
    policies: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list, server_default="[]")
    """For all versions; in force as soon as they are changed."""
    mcp_tools: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    """Ids of the default version's routes that are offered as MCP tools; of a prompt, ``ask``."""
    cache_epoch: Mapped[int] = mapped_column(default=0, server_default="0")
    """How often its kept answers were purged; one that was kept in another epoch is never given again."""
    status: Mapped[str] = mapped_column(String(16), index=True)
    """``draft``, ``published`` (a version at least is) or ``retired``; follows from the versions."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(_ID)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When it was published last."""

    @property
    def access(self) -> Access:
        """Who may call, where a revision or route says nothing else."""
        rules = (rule for rule in self.policies or () if rule["kind"] == "access" and not rule.get("routes"))
        return cast("Access", next((rule["who"] for rule in rules), "subscription"))


class ServiceAddress(Base):
    """Where a service answers: a host (empty: any) and a base path, which only one service can have."""

    __tablename__ = "service_addresses"
    audited: ClassVar[bool] = False

    host: Mapped[str] = mapped_column(String(255), primary_key=True)
    base_path: Mapped[str] = mapped_column(String(200), primary_key=True)
    service_id: Mapped[str] = mapped_column(_ID, ForeignKey("services.id", ondelete="CASCADE"), index=True)


class ServiceTeam(Base):
    """A team that finds a service whose visibility is ``chosen``."""

    __tablename__ = "service_teams"

    service_id: Mapped[str] = mapped_column(_ID, ForeignKey("services.id", ondelete="CASCADE"), primary_key=True)
    team_id: Mapped[str] = mapped_column(_ID, ForeignKey("teams.id", ondelete="CASCADE"), primary_key=True, index=True)


class ServiceVersion(Base):
    """A version of a service; several live side by side."""

    __tablename__ = "service_versions"
    audited_under: ClassVar[str] = "service_id"
    __table_args__ = (Index("uq_service_versions_service_id_name", "service_id", "name", unique=True),)
    affects_snapshot: ClassVar[bool] = True

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    service_id: Mapped[str] = mapped_column(_ID, ForeignKey("services.id", ondelete="CASCADE"))
    team_id: Mapped[str] = mapped_column(_ID)
    """The service's."""
    name: Mapped[str] = mapped_column(String(40))
    """Such as ``v1``; never changes, since callers have it in their URLs."""
    hosts: Mapped[list[str]] = mapped_column(JSON)
    """Where versions are selected by host."""
    status: Mapped[str] = mapped_column(String(16))
    """``draft``, ``published``, ``deprecated`` or ``retired``."""
    deprecated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sunset_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    successor: Mapped[str | None] = mapped_column(String(40))
    """Name of the version that takes its place."""
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(_ID)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ServiceRevision(Base):
    """A form of a version; what it says can be changed only while it is a draft."""

    __tablename__ = "service_revisions"
    audited_under: ClassVar[str] = "version_id"
    __table_args__ = (Index("uq_service_revisions_version_id_number", "version_id", "number", unique=True),)
    affects_snapshot: ClassVar[bool] = True
    unaudited_columns: ClassVar[frozenset[str]] = frozenset({"definition"})
    """Its digest is told, and the definition itself stays in the row."""

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    service_id: Mapped[str] = mapped_column(_ID, ForeignKey("services.id", ondelete="CASCADE"), index=True)
    version_id: Mapped[str] = mapped_column(_ID, ForeignKey("service_versions.id", ondelete="CASCADE"))
    team_id: Mapped[str] = mapped_column(_ID)
    """The service's."""
    number: Mapped[int]
    """1, 2, 3 … within the version."""
    status: Mapped[str] = mapped_column(String(16))
    """``draft``, ``in_review``, ``approved``, ``rejected``, ``published`` or ``superseded``."""
    weight: Mapped[int | None]
    """Percent of the version's calls while it is published; those of a version add up to 100."""
    definition: Mapped[dict[str, Any]] = mapped_column(JSON)
    """A :class:`passgate.publishing.definition.RevisionDefinition`."""
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the definition, in hexadecimal."""
    note: Mapped[str] = mapped_column(Text)
    """What changed, in its author's words."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(_ID)
    authors: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    """Everybody who wrote at it; none of them reviews it."""
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    submitted_by: Mapped[str | None] = mapped_column(_ID)
    reviewed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reviewed_by: Mapped[str | None] = mapped_column(_ID)
    review_note: Mapped[str] = mapped_column(Text)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When it was published last."""
    published_by: Mapped[str | None] = mapped_column(_ID)

    def audit_name(self) -> str:
        """Such as ``revision 2``."""
        return f"revision {self.number}"


class ServiceSecret(Base):
    """A secret that the gate shows to an upstream; revisions name it by id, and nobody sees it again."""

    __tablename__ = "service_secrets"
    audited_under: ClassVar[str] = "service_id"

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    service_id: Mapped[str] = mapped_column(_ID, ForeignKey("services.id", ondelete="CASCADE"), index=True)
    team_id: Mapped[str] = mapped_column(_ID)
    purpose: Mapped[str] = mapped_column(String(255))
    """``client_key``, or ``header`` and its name."""
    sealed_value: Mapped[str] = mapped_column(SealedText)
    addresses: Mapped[list[str]] = mapped_column(JSON)
    """The ``host:port`` that it was given for; it goes nowhere else."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(_ID)


class ServiceSchedule(Base):
    """A step of a version's life that is to be made at a moment."""

    __tablename__ = "service_schedules"
    audited_under: ClassVar[str] = "service_id"

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    service_id: Mapped[str] = mapped_column(_ID, ForeignKey("services.id", ondelete="CASCADE"), index=True)
    version_id: Mapped[str] = mapped_column(_ID, ForeignKey("service_versions.id", ondelete="CASCADE"), index=True)
    team_id: Mapped[str] = mapped_column(_ID)
    act: Mapped[str] = mapped_column(String(16))
    """``publish``, ``deprecate`` or ``retire``."""
    details: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Of ``publish``: revision and weight; of ``deprecate``: sunset and successor; of ``retire``: successor."""
    due_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    status: Mapped[str] = mapped_column(String(16))
    """``pending``, ``done``, ``failed`` or ``cancelled``."""
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failure: Mapped[str] = mapped_column(Text)
    """Why it was refused when it was due."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(_ID)


class Subscription(Base):
    """An application's right to call a service, or its wish for one; those that are over stay for the record."""

    __tablename__ = "subscriptions"
    audited_under: ClassVar[str] = "service_id"
    __table_args__ = (
        Index(
            "uq_subscriptions_open",
            "service_id",
            "application_id",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index("ix_subscriptions_service_id_status", "service_id", "status"),
    )
    affects_snapshot: ClassVar[bool] = True

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    service_id: Mapped[str] = mapped_column(_ID, ForeignKey("services.id", ondelete="CASCADE"))
    application_id: Mapped[str] = mapped_column(_ID, ForeignKey("applications.id", ondelete="CASCADE"), index=True)
    status: Mapped[str] = mapped_column(String(16))
    """``requested``, ``active``, ``suspended``, ``rejected`` or ``ended``."""
    plan_id: Mapped[str | None] = mapped_column(_ID, ForeignKey(Plan.id), index=True)
    """None: the service had no plans when it was made; nothing bounds it."""
    wanted_plan_id: Mapped[str | None] = mapped_column(_ID, ForeignKey(Plan.id), index=True)
    """The plan that it is to change to once the service's team agrees."""
    note: Mapped[str] = mapped_column(Text, default="")
    """What the subscriber says of it."""
    reason: Mapped[str] = mapped_column(Text, default="")
    """Why it was decided so, last."""
    held_by: Mapped[str | None] = mapped_column(String(16))
    """The side that suspended it and may resume it: ``service`` or ``application``."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(_ID)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[str | None] = mapped_column(_ID)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    """When it ends by itself."""
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
