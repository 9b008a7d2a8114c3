"""What identity's services take in and give out."""

import re
from dataclasses import dataclass
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from passgate.identity.models import Team, Token
from passgate.kernel.given import Input
from passgate.kernel.permissions import Role
from passgate.kernel.text import Line, Paragraph

MIN_PASSWORD_LETTERS = 12
MAX_PASSWORD_BYTES = 1024
DEFAULT_LIFETIME_DAYS = 90
MAX_LIFETIME_DAYS = 365
_DAY_SECONDS = 86_400
_MAX_SCOPES = 50

_EMAIL = re.compile(r"[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+")


def _is_email(value: str) -> str:
    if not _EMAIL.fullmatch(value) or not value.isprintable():
        raise ValueError("an e-mail address has the form name@domain")
    return value


def _is_long_enough(value: str) -> str:
    if len(value) < MIN_PASSWORD_LETTERS:
        raise ValueError(f"a password has at least {MIN_PASSWORD_LETTERS} characters")
    if len(value.encode()) > MAX_PASSWORD_BYTES:
        raise ValueError(f"a password has at most {MAX_PASSWORD_BYTES} bytes")
    return value


Email = Annotated[
    str, StringConstraints(strip_whitespace=True, to_lower=True, max_length=254), AfterValidator(_is_email)
]
NewPassword = Annotated[str, AfterValidator(_is_long_enough), Field(json_schema_extra={"format": "password"})]
GivenPassword = Annotated[str, Field(max_length=MAX_PASSWORD_BYTES, json_schema_extra={"format": "password"})]
Scope = Annotated[str, StringConstraints(pattern=r"^[\x21\x23-\x5b\x5d-\x7e]{1,64}$")]
"""One scope, in the letters of RFC 6749 section 3.3."""
TeamRole = Literal[Role.OWNER, Role.DEVELOPER, Role.VIEWER]
TokenKind = Literal["application", "personal"]
TokenStatus = Literal["active", "expired", "revoked"]


class SetupIn(Input):
    """The first administrator."""

    email: Email
    name: Line
    password: NewPassword


class UserIn(Input):
    """A new user with a first password."""

    email: Email
    name: Line
    password: NewPassword
    is_admin: bool = False


class UserChange(Input):
    """What is to change of a user; what is left out stays."""

    name: Line | None = None
    password: NewPassword | None = None
    is_admin: bool | None = None
    is_active: bool | None = None


class PasswordChange(Input):
    """A user's own new password."""

    current_password: GivenPassword
    new_password: NewPassword


class TeamIn(Input):
    """A team's name."""

    name: Line


class MemberIn(Input):
    """A member's role."""

    role: TeamRole


class ApplicationIn(Input):
    """A new application."""

    team_id: str
    name: Line
    description: Paragraph = ""
    models: list[Line] | None = Field(default=None, max_length=500, description="Models it may use; null: all.")


class ApplicationChange(Input):
    """What is to change of an application; what is left out stays. ``models`` may be set to null: all models."""

    name: Line | None = None
    description: Paragraph | None = None
    is_active: bool | None = None
    models: list[Line] | None = Field(default=None, max_length=500)


class TokenIn(Input):
    """A token to issue, its lifetime in days or in seconds."""

    kind: TokenKind = "application"
    name: Line
    application_id: str | None = None
    scopes: list[Scope] = Field(default_factory=list, max_length=_MAX_SCOPES)
    lifetime_days: Annotated[int, Field(ge=1, le=MAX_LIFETIME_DAYS)] | None = None
    lifetime_seconds: Annotated[int, Field(ge=1, le=MAX_LIFETIME_DAYS * _DAY_SECONDS)] | None = None

    @model_validator(mode="after")
    def _fields_fit_the_kind(self) -> Self:
        if (self.kind == "application") != (self.application_id is not None):
            raise ValueError("application_id goes with the kind application, and only with it")
        if self.lifetime_days is not None and self.lifetime_seconds is not None:
            raise ValueError("either lifetime_days or lifetime_seconds, not both")
        if len(set(self.scopes)) != len(self.scopes):
            raise ValueError("scopes: each one once")
        return self

    @property
    def seconds(self) -> int:
        """The lifetime in seconds; 90 days where none was asked for."""
        if self.lifetime_seconds is not None:
            return self.lifetime_seconds
        return (self.lifetime_days or DEFAULT_LIFETIME_DAYS) * _DAY_SECONDS


@dataclass(frozen=True, slots=True)
class TokenIssuer:
    """In whose name tokens are issued: ``iss``, and ``aud`` of those that pass the gate."""

    issuer: str
    audience: str


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A token, shown this once, and what the registry keeps of it."""

    token: str
    row: Token


@dataclass(frozen=True, slots=True)
class Revoked:
    """What a revocation did: how many tokens fell, and the entry from which on the nodes refuse them."""

    count: int
    seq: int


@dataclass(frozen=True, slots=True)
class Member:
    """A user in a team."""

    user_id: str
    email: str
    name: str
    is_active: bool
    role: Role


@dataclass(frozen=True, slots=True)
class TeamRoleView:
    """A team that a user is in, and the role there."""

    team: Team
    role: Role
