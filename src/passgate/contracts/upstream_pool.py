"""Where the calls of a revision go: addresses, balance, health, transport security and credentials."""

from typing import Literal

from pydantic import Field

from passgate.contracts.frozen import Contract

Balance = Literal["least_request", "round_robin", "random", "hash"]
"""How calls are spread over the addresses; ``hash``: by a key, so that one caller stays with one address."""
Protocol = Literal["http1", "http2", "grpc"]


class PoolEndpoint(Contract):
    """One address."""

    host: str
    port: int = Field(ge=1, le=65_535)
    weight: int = Field(default=1, ge=1, le=1_000)


class HashKey(Contract):
    """What a call is hashed by."""

    source: Literal["header", "cookie", "ip", "claim"]
    name: str = ""
    """Of the header, cookie or claim."""


class HealthCheck(Contract):
    """Asks each address, and sends no calls where it fails."""

    path: str = "/healthz"
    interval_ms: int = Field(default=5_000, ge=500, le=300_000)
    timeout_ms: int = Field(default=1_000, ge=50, le=60_000)
    healthy_after: int = Field(default=1, ge=1, le=10)
    unhealthy_after: int = Field(default=3, ge=1, le=10)


class PassiveHealth(Contract):
    """An address that fails so often running rests for a while."""

    failures: int = Field(default=5, ge=1, le=100)
    rest_ms: int = Field(default=10_000, ge=100, le=600_000)
    most_percent: int = Field(default=50, ge=0, le=100)
    """The most of all addresses that may rest at a time."""


class CircuitLimits(Contract):
    """The most that is open to the upstream at a time, on each node; over it a call gets 503."""

    connections: int = Field(default=100_000, ge=1)
    requests: int = Field(default=100_000, ge=1)
    pending: int = Field(default=100_000, ge=1)


class PoolTls(Contract):
    """TLS to the addresses."""

    server_name: str | None = None
    """None: each address's own name, or the Host header that is set."""
    ca_pem: str | None = None
    """Authorities to trust; None: the public ones."""
    client_certificate_pem: str | None = None
    sealed_client_key: str | None = None


class InjectedCredential(Contract):
    """A header that the upstream asks for, such as ``authorization``; the value is sealed."""

    header: str
    sealed_value: str


class UpstreamPool(Contract):
    """Addresses that stand for each other."""

    name: str = "default"
    endpoints: tuple[PoolEndpoint, ...]
    protocol: Protocol = "http1"
    tls: PoolTls | None = None
    """None: plain text."""
    path_prefix: str = ""
    """Put before what is left of the call's path; no slash at the end."""
    host_header: str | None = None
    """The Host that the upstream sees; None: the address's own name."""
    connect_timeout_ms: int = Field(default=2_000, ge=50, le=60_000)
    balance: Balance = "least_request"
    hash_key: HashKey | None = None
    health: HealthCheck | None = None
    passive_health: PassiveHealth = PassiveHealth()
    circuit: CircuitLimits = CircuitLimits()
    credentials: tuple[InjectedCredential, ...] = ()
