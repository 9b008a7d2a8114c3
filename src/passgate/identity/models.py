"""Identity's tables."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from passgate.storage.base import Base
from passgate.storage.columns import SealedText, UtcDateTime

_ID = String(40)
_NAME = String(100)
_HASH = String(64)


class Team(Base):
    """A tenant: what it owns, the others neither see nor touch."""

    __tablename__ = "teams"

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    name: Mapped[str] = mapped_column(_NAME, unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class User(Base):
    """A person."""

    __tablename__ = "users"

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    """In lower case."""
    name: Mapped[str] = mapped_column(_NAME)
    password_hash: Mapped[str] = mapped_column(Text)
    """argon2id (RFC 9106) in PHC form."""
    is_admin: Mapped[bool]
    """Holds the role admin, over everything."""
    is_active: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_login_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Membership(Base):
    """A user's role in a team."""

    __tablename__ = "memberships"

    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    team_id: Mapped[str] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"), primary_key=True, index=True)
    role: Mapped[str] = mapped_column(String(20))
    """owner, developer or viewer (:class:`passgate.kernel.permissions.Role`)."""


class BrowserSession(Base):
    """A signed-in browser; the secret in its cookie is stored as SHA-256 only."""

    __tablename__ = "browser_sessions"

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    secret_hash: Mapped[str] = mapped_column(_HASH, unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """Exact to a minute."""
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """The absolute limit; the idle limit is reckoned from ``last_seen_at``."""
    ip: Mapped[str] = mapped_column(String(64))
    user_agent: Mapped[str] = mapped_column(String(256))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SignInFailure(Base):
    """A password that did not hold; repeated ones are throttled."""

    __tablename__ = "sign_in_failures"
    __table_args__ = (Index("ix_sign_in_failures_ip_failed_at", "ip", "failed_at"),)

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    email: Mapped[str] = mapped_column(String(254), index=True)
    ip: Mapped[str] = mapped_column(String(64))
    failed_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class SetupLink(Base):
    """The one-time right to make the first administrator."""

    __tablename__ = "setup_links"

    secret_hash: Mapped[str] = mapped_column(_HASH, primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Application(Base):
    """A consumer of services and models; the subject of its tokens."""

    __tablename__ = "applications"
    __table_args__ = (UniqueConstraint("team_id", "name", name="uq_applications_team_id_name"),)
    affects_snapshot: ClassVar[bool] = True

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    team_id: Mapped[str] = mapped_column(ForeignKey("teams.id"))
    name: Mapped[str] = mapped_column(_NAME)
    description: Mapped[str] = mapped_column(Text)
    is_active: Mapped[bool]
    models: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    """Public names of the AI models it may use; None: all that its team may."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(_ID)


class SigningKey(Base):
    """A key that signs tokens; its private part is sealed."""

    __tablename__ = "signing_keys"
    affects_snapshot: ClassVar[bool] = True

    kid: Mapped[str] = mapped_column(_ID, primary_key=True)
    algorithm: Mapped[str] = mapped_column(String(16))
    """The one algorithm it may be used with (RFC 8725 section 3.1)."""
    public_jwk: Mapped[dict[str, str]] = mapped_column(JSON)
    sealed_private_jwk: Mapped[str] = mapped_column(SealedText)
    status: Mapped[str] = mapped_column(String(16))
    """``active`` signs; ``retired`` still verifies."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Token(Base):
    """What is known of an issued token; the token itself is never kept.

    No foreign keys: the registry outlives the applications and users that it tells of.
    """

    __tablename__ = "tokens"
    __table_args__ = (Index("ix_tokens_subject_expires_at", "subject", "expires_at"),)

    jti: Mapped[str] = mapped_column(_ID, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    """``application`` passes the gate, ``personal`` the management API."""
    name: Mapped[str] = mapped_column(_NAME)
    subject: Mapped[str] = mapped_column(_ID)
    application_id: Mapped[str | None] = mapped_column(_ID, index=True)
    user_id: Mapped[str | None] = mapped_column(_ID, index=True)
    team_id: Mapped[str | None] = mapped_column(_ID, index=True)
    audience: Mapped[str] = mapped_column(String(200))
    scopes: Mapped[list[str]] = mapped_column(JSON)
    kid: Mapped[str] = mapped_column(_ID, index=True)
    issued_by: Mapped[str] = mapped_column(_ID)
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Exact to a minute."""
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_by: Mapped[str | None] = mapped_column(_ID)
    revoked_reason: Mapped[str | None] = mapped_column(Text)


class RevocationEntry(Base):
    """One entry of the deny list (:class:`passgate.contracts.revocation_list.Revocation`)."""

    __tablename__ = "revocations"
    # A number is never given out twice, even once the newest entries are purged: nodes say up to which they enforce.
    __table_args__: Any = (Index("ix_revocations_kind_value", "kind", "value"), {"sqlite_autoincrement": True})

    seq: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)
    kind: Mapped[str] = mapped_column(String(20))
    value: Mapped[str] = mapped_column(_ID)
    not_before: Mapped[int | None] = mapped_column(BigInteger)
    """NumericDate; None for ``token``."""
    expires_at: Mapped[int] = mapped_column(BigInteger, index=True)
    """NumericDate after which the entry may go."""
    reason: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(_ID)
