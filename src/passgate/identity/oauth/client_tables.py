"""OAuth's lasting tables: applications as clients, their secrets, what people agreed to, who may register."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Boolean, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from passgate.storage.base import Base
from passgate.storage.columns import UtcDateTime

_ID = String(40)
_HASH = String(64)


class OAuthClient(Base):
    """An application's OAuth settings (RFC 7591 section 2 has the names)."""

    __tablename__ = "oauth_clients"

    application_id: Mapped[str] = mapped_column(ForeignKey("applications.id", ondelete="CASCADE"), primary_key=True)
    """Also the ``client_id``."""
    kind: Mapped[str] = mapped_column(String(16))
    """``web``, ``spa``, ``native`` or ``service``."""
    auth_method: Mapped[str] = mapped_column(String(32))
    """``client_secret``, ``private_key_jwt`` or ``none``."""
    redirect_uris: Mapped[list[str]] = mapped_column(JSON)
    post_logout_redirect_uris: Mapped[list[str]] = mapped_column(JSON)
    backchannel_logout_uri: Mapped[str | None] = mapped_column(Text)
    scopes: Mapped[list[str]] = mapped_column(JSON)
    """What it may ask for beside OpenID Connect's own."""
    jwks: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """Public keys of its assertions, for ``private_key_jwt``."""
    jwks_uri: Mapped[str | None] = mapped_column(Text)
    """Where these are instead."""
    access_token_seconds: Mapped[int] = mapped_column(Integer)
    refresh_token_days: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(_ID)


class OAuthClientKeys(Base):
    """What was found at a client's ``jwks_uri``; what was found last stays in use until something newer is there."""

    __tablename__ = "oauth_client_keys"
    audited: ClassVar[bool] = False

    application_id: Mapped[str] = mapped_column(ForeignKey("applications.id", ondelete="CASCADE"), primary_key=True)
    keys: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    keys_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When these keys were fetched."""
    tried_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    problem: Mapped[str | None] = mapped_column(Text)
    """Why the last try brought nothing."""
    is_wanted: Mapped[bool] = mapped_column(Boolean)
    """Whether an assertion came with a key that is not among them."""


class OAuthAudience(Base):
    """An audience of an application's own: tokens for it may be asked for (RFC 8707)."""

    __tablename__ = "oauth_audiences"

    application_id: Mapped[str] = mapped_column(ForeignKey("applications.id", ondelete="CASCADE"), primary_key=True)
    audience: Mapped[str] = mapped_column(String(200), primary_key=True, index=True)


class OAuthSecret(Base):
    """A client secret; several hold at once while one replaces the other. SHA-256 only: the server made it."""

    __tablename__ = "oauth_secrets"

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    application_id: Mapped[str] = mapped_column(ForeignKey("applications.id", ondelete="CASCADE"), index=True)
    secret_hash: Mapped[str] = mapped_column(_HASH)
    hint: Mapped[str] = mapped_column(String(8))
    """Its last letters, for people to tell it from the others."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(_ID)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When a replaced one ends; None: it is not replaced."""


class OAuthConsent(Base):
    """What a person has agreed that an application may do in their name."""

    __tablename__ = "oauth_consents"

    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    client_id: Mapped[str] = mapped_column(
        ForeignKey("applications.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    scopes: Mapped[list[str]] = mapped_column(JSON)
    audiences: Mapped[list[str]] = mapped_column(JSON)
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)


class OAuthRegistrationToken(Base):
    """An initial access token (RFC 7591 section 1.2): who holds it may register clients in a team."""

    __tablename__ = "oauth_registration_tokens"
    unaudited_columns: ClassVar[frozenset[str]] = frozenset({"uses"})

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    team_id: Mapped[str] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    secret_hash: Mapped[str] = mapped_column(_HASH, unique=True)
    uses: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(_ID)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
