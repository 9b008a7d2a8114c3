"""What every Envoy must know to let calls through: one immutable, versioned state."""

from typing import Literal

from pydantic import Field

from passgate.contracts.frozen import Contract
from passgate.contracts.published_service import PublishedService
from passgate.contracts.service_policy import RateWindow
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


WithheldState = Literal["requested", "suspended", "rejected", "ended"]


class WithheldSubscription(Contract):
    """An application that has asked for a service or had it, and may not call it: the gate's refusal says why."""

    service_id: str
    application_id: str
    state: WithheldState


class GatewaySnapshot(Contract):
    """The whole state of the gate, less the revocations, which travel as a list of their own."""

    format: Literal[1] = 1
    version: int
    issuer: str
    audience: str
    keys: tuple[dict[str, str], ...] = ()
    """Public signing keys as JWKs (RFC 7517), with kid, alg and use."""
    published: tuple[PublishedService, ...] = ()
    """Services with versions, by id."""
    subscriptions: tuple[GatewaySubscription, ...] = Field(default=())
    withheld: tuple[WithheldSubscription, ...] = ()
    """Of those that ``subscriptions`` does not name."""
    trusted_issuers: tuple[TrustedIssuer, ...] = ()
    """Issuers of others whose tokens pass, by id."""
    own_rates: bool = False
    """Whether there are tokens that state a rate of their own."""
