"""Identity's tables."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from passgate.identity.token_tables import LifetimeRule, Token, TokenSum, TokenTemplate
from passgate.storage.base import Base
from passgate.storage.columns import SealedText, UtcDateTime

__all__ = [
    "Application",
    "BrowserSession",
    "LifetimeRule",
    "Membership",
    "RevocationEntry",
    "SetupLink",
    "SignInFailure",
    "SigningKey",
    "Team",
    "Token",
    "TokenSum",
    "TokenTemplate",
    "User",
]

_ID = String(40)
_NAME = String(100)
_KID = String(100)
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
    organisation_role: Mapped[str | None] = mapped_column(_ID)
    """A custom role held over everything, by its id."""
    is_active: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_login_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Membership(Base):
    """A user's role in a team."""

    __tablename__ = "memberships"

    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    team_id: Mapped[str] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"), primary_key=True, index=True)
    role: Mapped[str] = mapped_column(_ID)
    """owner, developer or viewer (:class:`passgate.kernel.permissions.Role`), or a custom role's id."""


class BrowserSession(Base):
    """A signed-in browser; the secret in its cookie is stored as SHA-256 only."""

    __tablename__ = "browser_sessions"
    unaudited_columns: ClassVar[frozenset[str]] = frozenset(
        {"secret_hash", "next_hash", "next_at", "previous_hash", "previous_until", "rotate_at"}
    )

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    secret_hash: Mapped[str] = mapped_column(_HASH, unique=True)
    next_hash: Mapped[str | None] = mapped_column(_HASH, index=True, unique=True)
    """The secret that was handed out in this one's place; it takes over when it is presented first."""
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    previous_hash: Mapped[str | None] = mapped_column(_HASH, index=True)
    """The secret before this one; it holds a little longer, for requests that were under way."""
    previous_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    rotate_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """From when on the next request gets another secret; None: at once."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """Exact to a minute."""
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """The absolute limit; the idle limit is reckoned from ``last_seen_at``."""
    idle_seconds: Mapped[int] = mapped_column(server_default="43200")
    ip: Mapped[str] = mapped_column(String(64))
    user_agent: Mapped[str] = mapped_column(String(256))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SignInFailure(Base):
    """A password that did not hold; repeated ones are throttled."""

    __tablename__ = "sign_in_failures"
    audited: ClassVar[bool] = False  # the refused sign-in itself is told
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
    body_log_days: Mapped[int | None] = mapped_column(Integer)
    """How long what its AI calls say is kept; None: it is not logged."""
    user_id: Mapped[str | None] = mapped_column(_ID, index=True)
    """Whose personal tokens call the gate as this application; None: an application of its own right."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(_ID)


class SigningKey(Base):
    """A key that signs tokens; its private part is sealed."""

    __tablename__ = "signing_keys"
    __table_args__ = (
        # One key signs for each algorithm, whoever rotates at the same moment.
        Index(
            "uq_signing_keys_active",
            "algorithm",
            unique=True,
            sqlite_where=text("status = 'active'"),
            postgresql_where=text("status = 'active'"),
        ),
    )
    affects_snapshot: ClassVar[bool] = True

    kid: Mapped[str] = mapped_column(_KID, primary_key=True)
    algorithm: Mapped[str] = mapped_column(String(16))
    """The one algorithm it may be used with (RFC 8725 section 3.1)."""
    public_jwk: Mapped[dict[str, str]] = mapped_column(JSON)
    sealed_private_jwk: Mapped[str | None] = mapped_column(SealedText)
    """None once the key will never sign again."""
    status: Mapped[str] = mapped_column(String(16))
    """``next`` is published, ``active`` signs, ``retiring`` verifies what it signed; ``retired`` and ``revoked`` do
    nothing any more."""
    origin: Mapped[str] = mapped_column(String(16))
    """``made`` here or ``imported``."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """Since when it is published."""
    created_by: Mapped[str | None] = mapped_column(_ID)
    activated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    retiring_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When it was retired or revoked."""
    ended_by: Mapped[str | None] = mapped_column(_ID)
    ended_reason: Mapped[str | None] = mapped_column(Text)


class RevocationEntry(Base):
    """One entry of the deny list (:class:`passgate.contracts.revocation_list.Revocation`)."""

    __tablename__ = "revocations"
    # A number is never given out twice, even once the newest entries are purged: nodes say up to which they enforce.
    __table_args__: Any = (Index("ix_revocations_kind_value", "kind", "value"), {"sqlite_autoincrement": True})

    seq: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)
    kind: Mapped[str] = mapped_column(String(20))
    value: Mapped[str] = mapped_column(_KID)
    not_before: Mapped[int | None] = mapped_column(BigInteger)
    """NumericDate; None for ``token``."""
    expires_at: Mapped[int] = mapped_column(BigInteger, index=True)
    """NumericDate after which the entry may go."""
    reason: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(_ID)


from passgate.identity import roles as _roles  # noqa: E402, F401  # its tables refer to these
from passgate.identity import scopes as _scopes  # noqa: E402, F401  # its tables refer to these
from passgate.identity import token_names as _token_names  # noqa: E402, F401  # its tables are of this domain
from passgate.identity.issuers import models as _issuers  # noqa: E402, F401  # its tables refer to these
from passgate.identity.oauth import client_tables as _oauth_clients  # noqa: E402, F401  # its tables refer to these
from passgate.identity.oauth import flow_tables as _oauth_flows  # noqa: E402, F401  # its tables refer to these
