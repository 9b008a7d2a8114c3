"""What identity's services take in and give out."""

import re
from dataclasses import dataclass
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, StringConstraints, model_validator

from passgate.identity.custom_claims import Claims
from passgate.identity.models import Team, Token
from passgate.identity.token_limits import TokenLimits
from passgate.identity.token_tables import TokenKind
from passgate.kernel.given import Input
from passgate.kernel.text import Line, Paragraph

MIN_PASSWORD_LETTERS = 12
MAX_PASSWORD_BYTES = 1024
DEFAULT_LIFETIME_DAYS = 90
MAX_LIFETIME_DAYS = 365
MAX_KEY_LETTERS = 65_536
_DAY_SECONDS = 86_400
MAX_LIFETIME_SECONDS = MAX_LIFETIME_DAYS * _DAY_SECONDS
DEFAULT_LIFETIME_SECONDS = DEFAULT_LIFETIME_DAYS * _DAY_SECONDS
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
Audience = Annotated[str, StringConstraints(pattern=r"^[\x21\x23-\x5b\x5d-\x7e]{1,200}$")]
"""Whom a token is for: a name or a URI without blanks."""
Algorithm = Literal["ES256", "ES384", "RS256", "PS256", "EdDSA", "HS256"]
"""What a token may be signed with (RFC 7518 section 3.1, RFC 8037)."""
HmacSecret = Annotated[
    str, StringConstraints(min_length=32, max_length=512), Field(json_schema_extra={"format": "password"})
]
"""At least as long as the hash (RFC 7518 section 3.2)."""
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
    organisation_role: str | None = Field(
        default=None, max_length=40, description="A custom role held over everything, by its id; null: none."
    )


class PasswordChange(Input):
    """A user's own new password."""

    current_password: GivenPassword
    new_password: NewPassword


class TeamIn(Input):
    """A team's name."""

    name: Line


class MemberIn(Input):
    """A member's role."""

    role: Annotated[
        str, Field(min_length=1, max_length=40, description="`owner`, `developer`, `viewer`, or a custom role's id.")
    ]


MAX_BODY_LOG_DAYS = 90
"""What calls say is kept no longer; it is for finding faults, not an archive."""


class ApplicationIn(Input):
    """A new application."""

    team_id: str
    name: Line
    description: Paragraph = ""
    models: list[Line] | None = Field(default=None, max_length=500, description="Models it may use; null: all.")
    body_log_days: Annotated[int, Field(ge=1, le=MAX_BODY_LOG_DAYS)] | None = Field(
        default=None, description="Log what its AI calls say, for so many days; null: not at all. Needs body:read too."
    )


class ApplicationChange(Input):
    """What is to change of an application; what is left out stays. ``models``, ``body_log_days`` may be set to null."""

    name: Line | None = None
    description: Paragraph | None = None
    is_active: bool | None = None
    models: list[Line] | None = Field(default=None, max_length=500)
    body_log_days: Annotated[int, Field(ge=1, le=MAX_BODY_LOG_DAYS)] | None = Field(
        default=None, description="Log what its AI calls say, for so many days; null: not at all. Needs body:read too."
    )


class TokenIn(Input):
    """A token to issue, its lifetime in days or in seconds; the rules for lifetimes bound it further."""

    kind: TokenKind = "application"
    name: Line
    application_id: str | None = Field(default=None, description="Whom it is issued to; without: yourself.")
    team_id: str | None = Field(
        default=None,
        description="Of a personal token for the gate: where its calls count. Unset: your only team.",
    )
    template_id: str | None = Field(default=None, description="Of a custom token.")
    audiences: list[Audience] | None = Field(
        default=None, min_length=1, max_length=10, description="For whom it is; unset: the usual for its kind."
    )
    scopes: list[Scope] = Field(default_factory=list, max_length=_MAX_SCOPES)
    limits: TokenLimits = Field(default_factory=TokenLimits)
    claims: Claims | None = Field(default=None, description="Of a custom token without a template.")
    algorithm: Algorithm | None = Field(default=None, description="Unset: ES256, or the template's.")
    secret: HmacSecret | None = Field(default=None, description="What a custom HS256 token is signed with; not kept.")
    lifetime_days: Annotated[int, Field(ge=1, le=MAX_LIFETIME_DAYS)] | None = None
    lifetime_seconds: Annotated[int, Field(ge=1, le=MAX_LIFETIME_SECONDS)] | None = None

    @model_validator(mode="after")
    def _fields_fit_the_kind(self) -> Self:
        self._check_owner()
        self._check_custom_fields()
        if self.kind in {"service", "custom"} and not self.limits.is_unlimited:
            raise ValueError("limits: only tokens that pass the gate are limited there")
        if self.lifetime_days is not None and self.lifetime_seconds is not None:
            raise ValueError("either lifetime_days or lifetime_seconds, not both")
        if len(set(self.scopes)) != len(self.scopes):
            raise ValueError("scopes: each one once")
        return self

    def _check_owner(self) -> None:
        if self.kind in {"application", "service"} and self.application_id is None:
            raise ValueError(f"application_id: a token of the kind {self.kind} is issued to an application")
        if self.kind == "personal" and self.application_id is not None:
            raise ValueError("application_id: a personal token is your own; name a team_id for the gate")
        if self.kind != "personal" and self.team_id is not None:
            raise ValueError("team_id goes with the kind personal, and only with it")
        if self.kind == "service" and self.audiences is None:
            raise ValueError("audiences: a service token names the service that it is for")
        if self.kind == "application" and self.audiences is not None:
            raise ValueError("audiences: an application token is for the gate; for others there is the kind service")

    def _check_custom_fields(self) -> None:
        if self.kind != "custom":
            for name in ("template_id", "claims", "secret"):
                if getattr(self, name) is not None:
                    raise ValueError(f"{name} goes with the kind custom, and only with it")
            if self.algorithm == "HS256":
                raise ValueError("algorithm: HS256 is for custom tokens, since whoever verifies could sign")
            return
        if self.template_id is not None and (self.claims, self.algorithm, self.audiences) != (None, None, None):
            raise ValueError("template_id: claims, algorithm and audiences are the template's")
        if self.template_id is None and (self.application_id is None or self.audiences is None):
            raise ValueError("template_id: without a template, a custom token names application_id and audiences")
        if self.scopes:
            raise ValueError("scopes: a custom token has claims instead")
        if self.secret is not None and self.template_id is None and self.algorithm != "HS256":
            raise ValueError("secret goes with the algorithm HS256")

    @property
    def seconds(self) -> int | None:
        """The lifetime that is asked for, in seconds."""
        return self.lifetime_days * _DAY_SECONDS if self.lifetime_days is not None else self.lifetime_seconds


class KeyImport(Input):
    """A signing key that was made elsewhere."""

    key: Annotated[SecretStr, Field(max_length=MAX_KEY_LETTERS, description="PEM (PKCS #8 or older), JWK or JWK Set.")]
    passphrase: Annotated[SecretStr, Field(max_length=MAX_PASSWORD_BYTES)] | None = None
    algorithm: str | None = Field(default=None, description="Needed for an RSA key that is to sign with PS256.")
    kid: str | None = Field(default=None, description="Its id; left out: the JWK's own, or a new one.")


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
    """What a revocation did."""

    count: int
    """How many live tokens fell."""
    seq: int
    """The newest entry of the deny list; a node that enforces up to it refuses them."""
    is_entered: bool
    """Whether the deny list got an entry; without one, since nothing was left to revoke, `seq` is an earlier one's."""


@dataclass(frozen=True, slots=True)
class Member:
    """A user in a team."""

    user_id: str
    email: str
    name: str
    is_active: bool
    role: str
    """A fixed role's name, or a custom one's id."""
    role_name: str


@dataclass(frozen=True, slots=True)
class TeamRoleView:
    """A team that a user is in, and the role there."""

    team: Team
    role: str
    """A fixed role's name, or a custom one's id."""
    role_name: str
