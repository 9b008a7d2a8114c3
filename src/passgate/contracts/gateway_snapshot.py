"""What every Envoy must know to let calls through: one immutable, versioned state."""

from typing import Literal

from pydantic import Field

from passgate.contracts.frozen import Contract
from passgate.contracts.published_service import PublishedService
from passgate.contracts.service_policy import Access, RateWindow
from passgate.contracts.trusted_issuer import TrustedIssuer

RESERVED_PREFIXES = (
    "/.well-known",
    "/_nicegui",
    "/_passgate",
    "/api",
    "/console",
    "/favicon.ico",
    "/healthz",
    "/mcp",
    "/oauth2",
    "/providers",
    "/readyz",
    "/setup",
    "/v1",
    "/v1beta",
    "/v2/rerank",
)
"""Paths, and all below them, that belong to the gate itself; no service may be published there."""


class UpstreamEndpoint(Contract):
    """One address of an upstream."""

    host: str
    port: int
    weight: int = 1


class Upstream(Contract):
    """Where a service's calls go."""

    endpoints: tuple[UpstreamEndpoint, ...]
    tls: bool = False
    path_prefix: str = ""
    """Path put before what is left of the call's path; no slash at the end."""
    host_header: str | None = None
    """The Host header the upstream sees; None: the endpoint's own name."""
    connect_timeout_ms: int = 2_000
    timeout_ms: int = 30_000
    """Bound on the whole answer; 0: none (streams)."""


class GatewayService(Contract):
    """A published REST service as the gate sees it."""

    id: str
    name: str
    team_id: str
    base_path: str
    """Such as ``/orders``; no slash at the end."""
    strip_base_path: bool = True
    access: Access = "subscription"
    upstream: Upstream


class PlanRate(Contract):
    """So many calls a window, for one subscription."""

    calls: int
    window: RateWindow


class GatewaySubscription(Contract):
    """An application that may call a service."""

    service_id: str
    application_id: str
    rates: tuple[PlanRate, ...] = ()
    """What its plan allows; empty: no bound."""


class GatewaySnapshot(Contract):
    """The whole state of the gate, less the revocations, which travel as a list of their own."""

    format: Literal[1] = 1
    version: int
    issuer: str
    audience: str
    keys: tuple[dict[str, str], ...] = ()
    """Public signing keys as JWKs (RFC 7517), with kid, alg and use."""
    services: tuple[GatewayService, ...] = ()
    published: tuple[PublishedService, ...] = ()
    """Services with versions, by id."""
    subscriptions: tuple[GatewaySubscription, ...] = Field(default=())
    trusted_issuers: tuple[TrustedIssuer, ...] = ()
    """Issuers of others whose tokens pass, by id."""
