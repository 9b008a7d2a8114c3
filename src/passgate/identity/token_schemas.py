"""What the token services take in and give out, beside issuing itself."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from passgate.identity.custom_claims import ClaimRules
from passgate.identity.models import TokenTemplate
from passgate.identity.schemas import (
    MAX_LIFETIME_SECONDS,
    Algorithm,
    Audience,
    HmacSecret,
    Scope,
    TokenStatus,
)
from passgate.identity.token_limits import TokenLimits
from passgate.identity.token_tables import TokenKind
from passgate.kernel.given import Input
from passgate.kernel.text import Line, Paragraph

TokenOrder = Literal["newest", "cost"]
"""``cost``: those that cost something, the costliest first."""
NARROWED_SECONDS = 3600
Seconds = Annotated[int, Field(ge=1, le=MAX_LIFETIME_SECONDS)]


class NarrowIn(Input):
    """A weaker, shorter token to make of one that its holder has; what is left out is as in that one."""

    name: Line = "narrowed"
    scopes: list[Scope] | None = Field(default=None, max_length=50)
    audiences: list[Audience] | None = Field(default=None, min_length=1, max_length=10)
    limits: TokenLimits = Field(default_factory=TokenLimits)
    lifetime_seconds: Seconds | None = Field(
        default=None, description="Unset: an hour, or what is left of the token's own life."
    )

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        for name in ("scopes", "audiences"):
            values = getattr(self, name) or ()
            if len(set(values)) != len(values):
                raise ValueError(f"{name}: each one once")
        return self


class TemplateIn(Input):
    """A template of custom tokens."""

    team_id: str
    name: Line
    description: Paragraph = ""
    audiences: list[Audience] = Field(min_length=1, max_length=10)
    algorithm: Algorithm = "ES256"
    claims: ClaimRules = Field(
        default_factory=dict, description='By name: `{"value": …}` or `{"from": "subject.email"}`.'
    )
    secret: HmacSecret | None = Field(default=None, description="For HS256; unset: one is made.")
    lifetime_seconds: Seconds | None = None

    @model_validator(mode="after")
    def _secret_fits(self) -> Self:
        if self.secret is not None and self.algorithm != "HS256":
            raise ValueError("secret goes with the algorithm HS256")
        return self


class LifetimeIn(Input):
    """A rule for lifetimes; null: as the wider rule has it."""

    default_seconds: Seconds | None = None
    maximum_seconds: Seconds | None = None

    @model_validator(mode="after")
    def _default_fits(self) -> Self:
        default, maximum = self.default_seconds, self.maximum_seconds
        if default is not None and maximum is not None and default > maximum:
            raise ValueError("default_seconds is more than maximum_seconds")
        return self


@dataclass(frozen=True, slots=True)
class Lifetime:
    """What holds for tokens of a kind."""

    default_seconds: int
    maximum_seconds: int


@dataclass(frozen=True, slots=True)
class TemplateMade:
    """A template, and its secret where one was made: shown this once."""

    row: TokenTemplate
    secret: str | None


@dataclass(frozen=True, slots=True)
class TokenFilter:
    """Which tokens to list; what is None does not matter."""

    kind: TokenKind | None = None
    status: TokenStatus | None = None
    application_id: str | None = None
    team_id: str | None = None
    user_id: str | None = None
    """Tokens of this user, and those that the user issued to anyone: what a leaver leaves behind."""
    subject: str | None = None
    issued_by: str | None = None
    parent_jti: str | None = None
    expiring_before: datetime | None = None
    """Live tokens that expire before this moment, the soonest first."""
    order: TokenOrder = "newest"
    search: str | None = None
    """A token's id, or a part of its name."""
