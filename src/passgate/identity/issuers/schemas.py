"""What goes into and comes out of the services for issuers of others."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, StringConstraints, model_validator

from passgate.identity.issuers.endpoint_url import checked_url
from passgate.identity.schemas import Scope
from passgate.kernel.given import Input
from passgate.kernel.permissions import Role
from passgate.kernel.text import Line, Paragraph

PresetId = Literal["google", "microsoft", "okta", "keycloak", "gitlab", "generic"]
Algorithm = Literal["ES256", "ES384", "RS256", "PS256", "EdDSA"]
EVERYBODY = "*"
"""The group that everyone is in who signs in."""

_DOMAIN = re.compile(r"(?=.{1,253}\Z)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
_MAX_RULES = 100
_MAX_VALUES = 100


def _is_domain(value: str) -> str:
    if not _DOMAIN.fullmatch(value):
        raise ValueError("a domain such as example.com")
    return value


def _is_issuer(value: str) -> str:
    return checked_url(value.strip())


def _is_address(value: str) -> str:
    return checked_url(value.strip(), query=True)


IssuerUrl = Annotated[str, AfterValidator(_is_issuer)]
KeySetUrl = Annotated[str, AfterValidator(_is_address)]
Domain = Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True), AfterValidator(_is_domain)]
ClaimName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,100}$")]
"""A claim that Envoy copies by name; a colon would part its path."""
ClaimValue = Annotated[
    str, StringConstraints(min_length=1, max_length=255, pattern=r"^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$")
]
ClientId = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255, pattern=r"^[\x20-\x7e]+$")
]


class GroupRule(Input):
    """Who is in this group there is that here; applied anew at every sign-in."""

    group: Line = Field(description="The group's name or id; `*`: everyone who signs in.")
    role: Role
    team_id: str | None = Field(default=None, max_length=40, description="The team; null with the role admin.")

    @model_validator(mode="after")
    def _team_goes_with_its_roles(self) -> Self:
        if (self.role is Role.ADMIN) != (self.team_id is None):
            raise ValueError("a team goes with every role but admin, and never with that")
        if self.role is Role.ADMIN and self.group == EVERYBODY:
            raise ValueError("not everybody can be an administrator")
        return self


class _ProviderFields(Input):
    scopes: list[Scope] | None = Field(default=None, max_length=20, description="Null: the preset's.")
    groups_claim: ClaimName | None = Field(default=None, description="Null: the preset's.")
    group_rules: list[GroupRule] = Field(default_factory=list, max_length=_MAX_RULES)
    domains: list[Domain] = Field(default_factory=list, max_length=50, description="E-mail domains; none: all.")
    trust_email: bool = Field(default=False, description="Count its e-mail addresses as verified.")
    create_users: bool = Field(default=True, description="Make a user of whoever signs in for the first time.")
    link_users: bool = Field(
        default=False, description="Sign in as the existing user who has the verified e-mail address."
    )
    password_off: bool = Field(
        default=False, description="People of its domains sign in with it only; administrators made by hand excepted."
    )
    is_enabled: bool = True


class IdentityProviderIn(_ProviderFields):
    """A new provider; its discovery document is fetched at once."""

    name: Line
    preset: PresetId = "generic"
    issuer: IssuerUrl = Field(description="The issuer, or the address of its discovery document.")
    client_id: ClientId
    client_secret: SecretStr | None = Field(default=None, max_length=1000)

    @model_validator(mode="after")
    def _password_off_needs_domains(self) -> Self:
        if self.password_off and not self.domains:
            raise ValueError("password_off needs the domains that it is for")
        if self.preset == "google" and not self.domains:
            raise ValueError("domains: anyone can have a Google account, so name those that may sign in")
        return self


class IdentityProviderChange(Input):
    """What is to change of a provider; what is left out stays."""

    name: Line | None = None
    client_id: ClientId | None = None
    client_secret: SecretStr | None = Field(default=None, max_length=1000)
    scopes: list[Scope] | None = Field(default=None, max_length=20)
    groups_claim: ClaimName | None = None
    group_rules: list[GroupRule] | None = Field(default=None, max_length=_MAX_RULES)
    domains: list[Domain] | None = Field(default=None, max_length=50)
    trust_email: bool | None = None
    create_users: bool | None = None
    link_users: bool | None = None
    password_off: bool | None = None
    is_enabled: bool | None = None


class IdentityProviderView(BaseModel):
    """A provider; its secret is never shown."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    preset: str
    issuer: str
    client_id: str
    has_client_secret: bool
    scopes: list[str]
    groups_claim: str
    group_rules: list[GroupRule]
    domains: list[str]
    trust_email: bool
    create_users: bool
    link_users: bool
    password_off: bool
    is_enabled: bool
    ends_sessions: bool = Field(description="Signing out here signs out there.")
    user_count: int
    keys_at: datetime | None
    problem: str | None
    created_at: datetime


class TrustedIssuerIn(Input):
    """A new trusted issuer; its keys are fetched at once."""

    name: Line
    issuer: IssuerUrl = Field(description="What `iss` of its tokens is, to the letter.")
    jwks_uri: KeySetUrl | None = Field(default=None, description="Null: found by its discovery document.")
    audiences: list[ClaimValue] = Field(min_length=1, max_length=20, description="One of them must stand in `aud`.")
    algorithms: list[Algorithm] = Field(default=["RS256", "ES256"], min_length=1)
    token_type: Literal["at+jwt"] | None = Field(default=None, description="What `typ` must be; null: anything.")
    application_id: str | None = Field(default=None, max_length=40, description="Whose calls all its tokens are.")
    application_claim: ClaimName | None = Field(default=None, description="The claim that says whose call it is.")
    applications: dict[ClaimValue, Annotated[str, Field(max_length=40)]] = Field(
        default_factory=dict, max_length=_MAX_VALUES, description="Value of that claim to application."
    )
    required_claims: dict[Line, list[ClaimValue]] = Field(
        default_factory=dict, max_length=10, description="Claims and their allowed values."
    )
    needs_jti: bool = Field(default=True, description="Refuse tokens without `jti`.")
    is_enabled: bool = True

    @model_validator(mode="after")
    def _says_whose_calls(self) -> Self:
        check_mapping(self.application_id, self.application_claim, self.applications)
        if any(not 0 < len(values) <= _MAX_VALUES for values in self.required_claims.values()):
            raise ValueError(f"required_claims: 1 to {_MAX_VALUES} values each")
        return self


class TrustedIssuerChange(Input):
    """What is to change of a trusted issuer; what is left out stays. Whose calls its tokens are changes as a whole."""

    name: Line | None = None
    jwks_uri: KeySetUrl | None = None
    audiences: list[ClaimValue] | None = Field(default=None, min_length=1, max_length=20)
    algorithms: list[Algorithm] | None = Field(default=None, min_length=1)
    token_type: Literal["at+jwt"] | None = None
    application_id: str | None = Field(default=None, max_length=40)
    application_claim: ClaimName | None = None
    applications: dict[ClaimValue, Annotated[str, Field(max_length=40)]] | None = Field(
        default=None, max_length=_MAX_VALUES
    )
    required_claims: dict[Line, list[ClaimValue]] | None = Field(default=None, max_length=10)
    needs_jti: bool | None = None
    is_enabled: bool | None = None

    @property
    def changes_mapping(self) -> bool:
        """Whether it says anew whose calls the tokens are."""
        return bool({"application_id", "application_claim", "applications"} & self.model_fields_set)


def check_mapping(application_id: str | None, claim: str | None, applications: dict[str, str] | None) -> None:
    """Refuse a mapping that is neither one application nor a claim with its values.

    Raises:
        ValueError: both, or neither, or half of it.
    """
    if (application_id is None) == (claim is None):
        raise ValueError("either application_id, or application_claim with applications")
    if (claim is None) != (not applications):
        raise ValueError("application_claim and applications go together")


class BlockIn(Input):
    """Whom to block, and why."""

    subject: Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=r"^[\x20-\x7e]+$")] = Field(
        description="What `sub` of the tokens is, to the letter."
    )
    reason: Paragraph = ""


class BlockView(BaseModel):
    """Somebody whose tokens are refused."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    subject: str
    reason: str
    created_at: datetime


class TrustedIssuerView(BaseModel):
    """A trusted issuer."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    issuer: str
    jwks_uri: str | None
    audiences: list[str]
    algorithms: list[str]
    token_type: str | None
    application_id: str | None
    application_claim: str | None
    applications: dict[str, str]
    required_claims: dict[str, list[str]]
    needs_jti: bool
    is_enabled: bool
    key_ids: list[str]
    blocked: list[BlockView]
    keys_at: datetime | None
    problem: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class SignInChoice:
    """A provider as the sign-in page offers it."""

    id: str
    name: str
    preset: str
