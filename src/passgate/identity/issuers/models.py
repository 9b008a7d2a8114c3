"""Tables of issuers that are not ours."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from passgate.storage.base import Base
from passgate.storage.columns import SealedText, UtcDateTime

_ID = String(40)
_NAME = String(100)
_HASH = String(64)
_URL = String(500)
_SUBJECT = String(255)
"""OpenID Connect Core section 2: at most 255 ASCII characters."""


class FollowedKeys:
    """The key set of an issuer, as it was last seen; what was seen last is used until something newer is."""

    keys: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    """Public JWKs that may be used, each with ``kid`` and one ``alg``."""
    keys_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When they were last fetched; None: never yet."""
    tried_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    problem: Mapped[str | None] = mapped_column(Text)
    """Why the last try failed; None where it did not."""

    unaudited_columns: ClassVar[frozenset[str]] = frozenset({"keys_at", "tried_at", "problem"})


class IdentityProvider(FollowedKeys, Base):
    """An OpenID provider that people may sign in to the console with."""

    __tablename__ = "identity_providers"

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    name: Mapped[str] = mapped_column(_NAME, unique=True)
    preset: Mapped[str] = mapped_column(String(20))
    issuer: Mapped[str] = mapped_column(_URL)
    client_id: Mapped[str] = mapped_column(_SUBJECT)
    sealed_client_secret: Mapped[str | None] = mapped_column(SealedText)
    """None: a public client, which PKCE alone protects."""
    scopes: Mapped[list[str]] = mapped_column(JSON)
    endpoints: Mapped[dict[str, Any]] = mapped_column(JSON)
    """What its discovery document says (:class:`passgate.identity.issuers.discovery.Endpoints`)."""
    groups_claim: Mapped[str] = mapped_column(_NAME)
    group_rules: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """:class:`passgate.identity.issuers.schemas.GroupRule`; applied anew at every sign-in."""
    domains: Mapped[list[str]] = mapped_column(JSON)
    """Domains of e-mail addresses it may sign in; none: all."""
    trust_email: Mapped[bool]
    """Its e-mail addresses count as verified although it does not say so."""
    create_users: Mapped[bool]
    """Whoever signs in for the first time becomes a user."""
    link_users: Mapped[bool]
    """Whoever signs in for the first time becomes the user who has the verified e-mail address already."""
    password_off: Mapped[bool]
    """People of its domains sign in with it only."""
    is_enabled: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(_ID)


class ExternalIdentity(Base):
    """Who a user is at a provider; the e-mail address is only what it was there at the last sign-in."""

    __tablename__ = "external_identities"

    provider_id: Mapped[str] = mapped_column(ForeignKey("identity_providers.id", ondelete="CASCADE"), primary_key=True)
    subject: Mapped[str] = mapped_column(_SUBJECT, primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    email: Mapped[str | None] = mapped_column(String(254))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_sign_in_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SignInState(Base):
    """A sign-in that is under way at a provider; good once, for some minutes, in one browser."""

    __tablename__ = "sign_in_states"
    audited: ClassVar[bool] = False

    state_hash: Mapped[str] = mapped_column(_HASH, primary_key=True)
    browser_hash: Mapped[str] = mapped_column(_HASH)
    provider_id: Mapped[str] = mapped_column(ForeignKey("identity_providers.id", ondelete="CASCADE"))
    nonce: Mapped[str] = mapped_column(String(80))
    sealed_verifier: Mapped[str] = mapped_column(SealedText)
    """PKCE's secret (RFC 7636)."""
    target: Mapped[str] = mapped_column(Text)
    """The page to go to afterwards."""
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class ExternalSession(Base):
    """The provider's session behind a browser session of ours, so that either end can end both."""

    __tablename__ = "external_sessions"
    audited: ClassVar[bool] = False
    __table_args__ = (
        Index("ix_external_sessions_provider_id_subject", "provider_id", "subject"),
        Index("ix_external_sessions_provider_id_sid", "provider_id", "sid"),
    )

    session_id: Mapped[str] = mapped_column(ForeignKey("browser_sessions.id", ondelete="CASCADE"), primary_key=True)
    provider_id: Mapped[str] = mapped_column(ForeignKey("identity_providers.id", ondelete="CASCADE"))
    subject: Mapped[str] = mapped_column(_SUBJECT)
    sid: Mapped[str | None] = mapped_column(_SUBJECT)
    sealed_id_token: Mapped[str] = mapped_column(SealedText)
    """The hint that the provider asks for at sign-out."""


class TrustedIssuer(FollowedKeys, Base):
    """An issuer whose tokens pass the gate as calls of an application of ours."""

    __tablename__ = "trusted_issuers"
    affects_snapshot: ClassVar[bool] = True

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    name: Mapped[str] = mapped_column(_NAME, unique=True)
    issuer: Mapped[str] = mapped_column(_URL, unique=True)
    jwks_uri: Mapped[str | None] = mapped_column(_URL)
    """None: what its discovery document names."""
    audiences: Mapped[list[str]] = mapped_column(JSON)
    algorithms: Mapped[list[str]] = mapped_column(JSON)
    token_type: Mapped[str | None] = mapped_column(_NAME)
    """What the header's ``typ`` must be; None: anything."""
    application_id: Mapped[str | None] = mapped_column(_ID)
    """Whose calls all of its tokens are; None: the claim says it."""
    application_claim: Mapped[str | None] = mapped_column(_NAME)
    applications: Mapped[dict[str, str]] = mapped_column(JSON)
    """Value of that claim -> application's id."""
    required_claims: Mapped[dict[str, list[str]]] = mapped_column(JSON)
    """Claim -> values, one of which it must be, or hold where it is a list."""
    needs_jti: Mapped[bool]
    is_enabled: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(_ID)


class BlockedSubject(Base):
    """Someone at a trusted issuer whose tokens are refused."""

    __tablename__ = "blocked_subjects"
    affects_snapshot: ClassVar[bool] = True

    issuer_id: Mapped[str] = mapped_column(ForeignKey("trusted_issuers.id", ondelete="CASCADE"), primary_key=True)
    subject: Mapped[str] = mapped_column(_SUBJECT, primary_key=True)
    reason: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(_ID)
