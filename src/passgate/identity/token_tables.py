"""The token registry's tables: issued tokens, templates of custom ones, and rules for lifetimes."""

from datetime import datetime
from typing import Any, ClassVar, Literal, cast

from sqlalchemy import JSON, BigInteger, Index, Integer, String, Text, UniqueConstraint, column
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from passgate.storage.base import Base
from passgate.storage.columns import SealedText, UtcDateTime

_ID = String(40)
_NAME = String(100)

TokenKind = Literal["application", "personal", "service", "custom"]
"""``application`` passes the gate, ``personal`` the gate or the management API in a user's name, ``service`` is for
another audience (one service calling another), ``custom`` has any claims, and passes neither gate nor API."""


def _owned(name: str, owner: str, *behind: str) -> Index:
    """An index on the tokens of one owner; tokens without such an owner take no room in it."""
    has_one = column(owner).is_not(None)
    return Index(name, owner, *behind, sqlite_where=has_one, postgresql_where=has_one)


def _where(name: str, condition: Any, *columns: str) -> Index:  # noqa: ANN401 - an SQL expression of any kind
    return Index(name, *columns, sqlite_where=condition, postgresql_where=condition)


class Token(Base):
    """What is known of an issued token; the token itself is never kept.

    No foreign keys: the registry outlives the applications and users that it tells of.
    """

    __tablename__ = "tokens"
    __table_args__ = (
        Index("ix_tokens_kind", "kind", "jti"),
        Index("ix_tokens_issued_by", "issued_by", "jti"),
        Index("ix_tokens_name_folded", "name_folded", "jti"),
        Index("ix_tokens_subject_expires_at", "subject", "expires_at"),
        _owned("ix_tokens_application_id", "application_id", "jti"),
        _owned("ix_tokens_application_id_expires_at", "application_id", "expires_at"),
        _owned("ix_tokens_team_id", "team_id", "jti"),
        _owned("ix_tokens_user_id", "user_id", "jti"),
        _owned("ix_tokens_parent_jti", "parent_jti"),
        _owned("ix_tokens_session_id", "session_id"),
        _where("ix_tokens_budget", column("budget").is_not(None), "expires_at", "jti"),
        _where("ix_tokens_live", column("revoked_at").is_(None), "expires_at", "jti"),
        _where("ix_tokens_revoked", column("revoked_at").is_not(None), "jti"),
    )

    jti: Mapped[str] = mapped_column(_ID, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    """:data:`TokenKind`."""
    name: Mapped[str] = mapped_column(_NAME)
    name_folded: Mapped[str] = mapped_column(Text, default=lambda context: folded(_parameters(context)["name"]))
    """The name for searching: no capitals in any script."""
    subject: Mapped[str] = mapped_column(_ID)
    application_id: Mapped[str | None] = mapped_column(_ID)
    user_id: Mapped[str | None] = mapped_column(_ID)
    team_id: Mapped[str | None] = mapped_column(_ID)
    audience: Mapped[str] = mapped_column(Text)
    """One or several, with blanks between them."""
    scopes: Mapped[list[str]] = mapped_column(JSON)
    models: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    """Public names of the AI models that it may use; None: all that its application may."""
    services: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    """Ids of the services that it may call; None: all that its application may."""
    budget: Mapped[int | None] = mapped_column(BigInteger)
    """Micro-dollars that it may spend in its life; None: no ceiling of its own."""
    rpm: Mapped[int | None] = mapped_column(Integer)
    """Calls that it may make a minute; None: no limit of its own."""
    parent_jti: Mapped[str | None] = mapped_column(_ID)
    """The token that this one was narrowed from, and dies with."""
    session_id: Mapped[str | None] = mapped_column(_ID)
    """The session that it was issued in, and dies with."""
    template_id: Mapped[str | None] = mapped_column(_ID)
    kid: Mapped[str] = mapped_column(String(100), index=True)
    """The key that signed it; empty where a secret of its own, or its template's, did."""
    issued_by: Mapped[str] = mapped_column(_ID)
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Exact to a minute."""
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_by: Mapped[str | None] = mapped_column(_ID)
    revoked_reason: Mapped[str | None] = mapped_column(Text)

    sums: Mapped["TokenSum | None"] = relationship(
        primaryjoin=lambda: Token.jti == foreign(TokenSum.jti), uselist=False, viewonly=True
    )
    """What was done with it; lists load it for all their rows at once."""

    @property
    def calls(self) -> int:
        """Calls made with it."""
        return self.sums.calls if self.sums else 0

    @property
    def cost(self) -> int:
        """Micro-dollars that they cost."""
        return self.sums.cost if self.sums else 0

    def is_audited(self) -> bool:
        """All but what an application got by its own credentials: by the thousand, and recorded here anyway."""
        return self.issued_by != self.application_id

    @property
    def audiences(self) -> list[str]:
        """For whom it is."""
        return self.audience.split()


class OwnRates(Base):
    """That tokens with a rate of their own are about: one row from the first of them on.

    The gate asks for such rates only then, since asking costs every call to a service a tenth of its time. A table
    apart, since a token itself changes nothing at the gate.
    """

    __tablename__ = "own_rates"
    audited: ClassVar[bool] = False
    affects_snapshot: ClassVar[bool] = True

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    since: Mapped[datetime] = mapped_column(UtcDateTime)


OWN_RATES_ROW = 1
"""The id of the only row."""


class TokenSum(Base):
    """What was done with a token, summed in its life; a token without a row was not used.

    A table apart: it changes with every batch of calls, and rewriting the token's wide row would touch all its indexes.
    """

    __tablename__ = "token_sums"
    __table_args__ = (
        _where("ix_token_sums_cost", column("cost", BigInteger) > 0, "cost", "jti"),
        {"sqlite_with_rowid": False},
    )
    audited: ClassVar[bool] = False

    jti: Mapped[str] = mapped_column(_ID, primary_key=True)
    calls: Mapped[int] = mapped_column(BigInteger)
    """Calls that the gate let in, or refused for another reason than the token."""
    cost: Mapped[int] = mapped_column(BigInteger)
    """Micro-dollars."""


class TokenTemplate(Base):
    """What custom tokens of one purpose have in common."""

    __tablename__ = "token_templates"
    __table_args__ = (UniqueConstraint("team_id", "name", name="uq_token_templates_team_id_name"),)

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    team_id: Mapped[str] = mapped_column(_ID)
    name: Mapped[str] = mapped_column(_NAME)
    description: Mapped[str] = mapped_column(Text)
    audiences: Mapped[list[str]] = mapped_column(JSON)
    algorithm: Mapped[str] = mapped_column(String(16))
    claims: Mapped[dict[str, Any]] = mapped_column(JSON)
    """By name: ``{"value": …}`` fixed, ``{"from": "user.email"}`` taken from the subject."""
    sealed_secret: Mapped[str | None] = mapped_column(SealedText)
    """What HS256 signs with."""
    lifetime_seconds: Mapped[int | None] = mapped_column(Integer)
    """None: by the rules for lifetimes."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(_ID)


class LifetimeRule(Base):
    """How long tokens of a kind live: of everybody, of a team, or of an application."""

    __tablename__ = "lifetime_rules"

    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    owner: Mapped[str] = mapped_column(_ID, primary_key=True)
    """A team's or an application's id; empty for everybody."""
    default_seconds: Mapped[int | None] = mapped_column(Integer)
    maximum_seconds: Mapped[int | None] = mapped_column(Integer)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_by: Mapped[str] = mapped_column(_ID)


def folded(name: str) -> str:
    """A name as it is searched for."""
    return name.casefold()


def _parameters(context: Any) -> dict[str, Any]:  # noqa: ANN401 - SQLAlchemy's own execution context
    return cast("dict[str, Any]", context.get_current_parameters())
