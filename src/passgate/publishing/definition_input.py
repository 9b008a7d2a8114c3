"""A revision's definition as people give and see it: secrets come in as clear text and are never shown again."""

from typing import Annotated, Self

from pydantic import BaseModel, Field, SecretStr, StringConstraints, model_validator

from passgate.contracts.prompt import PromptDefinition
from passgate.contracts.published_service import PublishedRoute
from passgate.contracts.service_policy import AnyPolicy
from passgate.contracts.upstream_pool import (
    Balance,
    CircuitLimits,
    HashKey,
    HealthCheck,
    PassiveHealth,
    PoolEndpoint,
    Protocol,
)
from passgate.kernel.given import Input

_MOST_ROUTES = 2_000
_MOST_POOLS = 20
_MOST_POLICIES = 200

_Pem = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200_000)]
_Secret = Annotated[SecretStr, Field(min_length=1, max_length=20_000)]
_KEPT = "Id of a secret that the service has: keeps it as it is."


class CredentialIn(Input):
    """A header that the upstream asks for."""

    header: Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, min_length=1, max_length=100)]
    value: _Secret | None = Field(default=None, description="In clear; sealed at once, and never shown again.")
    secret: str | None = Field(default=None, description=_KEPT)

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.value is None) == (self.secret is None):
            raise ValueError("give either a value, or the id of a secret to keep")
        return self


class TlsIn(Input):
    """TLS to the addresses."""

    server_name: str | None = None
    ca_pem: _Pem | None = Field(default=None, description="Authorities to trust; null: the public ones.")
    client_certificate_pem: _Pem | None = None
    client_key_pem: _Secret | None = Field(default=None, description="In clear; sealed at once, never shown again.")
    client_key_secret: str | None = Field(default=None, description=_KEPT)


class PoolIn(Input):
    """Addresses that stand for each other."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")] = "default"
    endpoints: Annotated[tuple[PoolEndpoint, ...], Field(min_length=1, max_length=200)]
    protocol: Protocol = "http1"
    tls: TlsIn | None = Field(default=None, description="Null: plain text.")
    path_prefix: Annotated[str, StringConstraints(max_length=500)] = ""
    host_header: str | None = None
    connect_timeout_ms: int = Field(default=2_000, ge=50, le=60_000)
    balance: Balance = "least_request"
    hash_key: HashKey | None = None
    health: HealthCheck | None = None
    passive_health: PassiveHealth = PassiveHealth()
    circuit: CircuitLimits = CircuitLimits()
    credentials: Annotated[tuple[CredentialIn, ...], Field(max_length=20)] = ()


class DefinitionIn(Input):
    """All of a revision."""

    routes: Annotated[tuple[PublishedRoute, ...], Field(max_length=_MOST_ROUTES)] = ()
    pools: Annotated[tuple[PoolIn, ...], Field(max_length=_MOST_POOLS)] = ()
    policies: Annotated[tuple[AnyPolicy, ...], Field(max_length=_MOST_POLICIES)] = ()
    mock: bool = False
    mirror_pool: str | None = None
    document: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = Field(
        default=None, description="SHA-256 of the OpenAPI document."
    )
    prompt: PromptDefinition | None = None


class CredentialView(BaseModel):
    """A credential, less its value."""

    header: str
    secret: str


class TlsView(BaseModel):
    """TLS, less the client's key."""

    server_name: str | None
    ca_pem: str | None
    client_certificate_pem: str | None
    client_key_secret: str | None


class PoolView(BaseModel):
    """A pool in the form in which it may be given again."""

    name: str
    endpoints: tuple[PoolEndpoint, ...]
    protocol: Protocol
    tls: TlsView | None
    path_prefix: str
    host_header: str | None
    connect_timeout_ms: int
    balance: Balance
    hash_key: HashKey | None
    health: HealthCheck | None
    passive_health: PassiveHealth
    circuit: CircuitLimits
    credentials: tuple[CredentialView, ...]


class DefinitionView(BaseModel):
    """A definition in the form in which it may be given again."""

    routes: tuple[PublishedRoute, ...]
    pools: tuple[PoolView, ...]
    policies: tuple[AnyPolicy, ...]
    mock: bool
    mirror_pool: str | None
    document: str | None
    prompt: PromptDefinition | None
