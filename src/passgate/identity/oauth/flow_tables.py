"""OAuth's passing tables: codes, grants, refresh tokens, devices, assertions, and notices of logout.

Every code and token is stored as SHA-256 only. None of these is told in the audit log: they record what happens.
"""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import JSON, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from passgate.storage.base import Base
from passgate.storage.columns import UtcDateTime

_ID = String(40)
_HASH = String(64)


class OAuthGrant(Base):
    """What a person granted an application at one moment, and all that was issued for it: a family of tokens.

    No foreign keys to users and applications: a grant of theirs ends with them, and is purged later.
    """

    __tablename__ = "oauth_grants"
    audited: ClassVar[bool] = False

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    client_id: Mapped[str] = mapped_column(_ID, index=True)
    user_id: Mapped[str] = mapped_column(_ID, index=True)
    session_id: Mapped[str | None] = mapped_column(_ID, index=True)
    """The browser session in which it was given."""
    is_offline: Mapped[bool]
    """Outlives the browser session (``offline_access``, OpenID Connect Core section 11)."""
    scopes: Mapped[list[str]] = mapped_column(JSON)
    audiences: Mapped[list[str]] = mapped_column(JSON)
    nonce: Mapped[str | None] = mapped_column(Text)
    auth_time: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_reason: Mapped[str | None] = mapped_column(String(100))


class OAuthGrantToken(Base):
    """Which access token was issued for which grant."""

    __tablename__ = "oauth_grant_tokens"
    audited: ClassVar[bool] = False

    jti: Mapped[str] = mapped_column(_ID, primary_key=True)
    grant_id: Mapped[str] = mapped_column(ForeignKey("oauth_grants.id", ondelete="CASCADE"), index=True)


class OAuthCode(Base):
    """An authorization code (RFC 6749 section 4.1.2)."""

    __tablename__ = "oauth_codes"
    audited: ClassVar[bool] = False

    code_hash: Mapped[str] = mapped_column(_HASH, primary_key=True)
    grant_id: Mapped[str] = mapped_column(ForeignKey("oauth_grants.id", ondelete="CASCADE"), index=True)
    redirect_uri: Mapped[str] = mapped_column(Text)
    code_challenge: Mapped[str] = mapped_column(String(128))
    """Of the method S256 (RFC 7636 section 4.2)."""
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class OAuthRefreshToken(Base):
    """A refresh token of a grant."""

    __tablename__ = "oauth_refresh_tokens"
    audited: ClassVar[bool] = False

    token_hash: Mapped[str] = mapped_column(_HASH, primary_key=True)
    grant_id: Mapped[str] = mapped_column(ForeignKey("oauth_grants.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When it was first exchanged for the next one."""


class OAuthDevice(Base):
    """A device that waits for a person's approval (RFC 8628)."""

    __tablename__ = "oauth_devices"
    audited: ClassVar[bool] = False

    device_hash: Mapped[str] = mapped_column(_HASH, primary_key=True)
    user_code: Mapped[str] = mapped_column(String(16), unique=True)
    client_id: Mapped[str] = mapped_column(_ID)
    scopes: Mapped[list[str]] = mapped_column(JSON)
    audiences: Mapped[list[str]] = mapped_column(JSON)
    status: Mapped[str] = mapped_column(String(16))
    """``pending``, ``approved``, ``denied`` or ``used``."""
    grant_id: Mapped[str | None] = mapped_column(_ID)
    interval_seconds: Mapped[int] = mapped_column(Integer)
    """How long the device waits between two questions."""
    polled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class OAuthAssertion(Base):
    """A client's assertion that was used, and cannot be again (RFC 7523 section 3, ``jti``)."""

    __tablename__ = "oauth_assertions"
    audited: ClassVar[bool] = False

    assertion_hash: Mapped[str] = mapped_column(_HASH, primary_key=True)
    """Of client and ``jti``."""
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class OAuthLogoutNotice(Base):
    """A client that is to be told of a logout (OpenID Connect Back-Channel Logout 1.0)."""

    __tablename__ = "oauth_logout_notices"
    __table_args__ = (Index("ix_oauth_logout_notices_next_at", "next_at"),)
    audited: ClassVar[bool] = False

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    client_id: Mapped[str] = mapped_column(_ID)
    uri: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(_ID)
    session_id: Mapped[str | None] = mapped_column(_ID)
    attempts: Mapped[int] = mapped_column(Integer)
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When it is tried next; None: delivered, or given up."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    outcome: Mapped[str | None] = mapped_column(Text)
