"""Policies of services: what a call is held to on its way to an upstream, as data.

A policy stands in the list of a service (for all its versions) or of a revision, and there for all routes or for those
that it names. Of one kind, what is nearer to the route replaces what is farther: route before revision before service.
Rate limits and claim conditions add up instead. The order in which the gate asks them is the gate's own, and always the
same: address, CORS, access, body size, rate limits, request validation, changes of the request, fault, cache, upstream,
changes of the answer.
"""

from typing import Annotated, Literal

from pydantic import Field

from passgate.contracts.frozen import Contract
from passgate.kernel.audience import is_same_audience

Access = Literal["public", "token", "subscription"]
"""Who may call: anyone; any valid token; a token of a subscribed application."""

RateWindow = Literal["second", "minute", "hour", "day", "month"]
RateSubject = Literal["application", "token", "user", "ip", "service"]
"""Whose calls are counted together; ``service``: all of them."""
CacheSharing = Literal["caller", "application", "service"]
"""Whose calls may get the same kept answer: those whose tokens say the same (but for their ids and times); those of one
application; all."""


class RoutePolicy(Contract):
    """What all kinds have."""

    routes: tuple[str, ...] = ()
    """Ids of the routes that it is for; empty: all."""


class ClaimCondition(Contract):
    """What a claim of the token must be."""

    claim: str
    """Its name; a nested one by dots, such as ``address.country``."""
    values: tuple[str, ...]
    """One of these; for a claim that is a list: at least one of them is in it."""


class AccessPolicy(RoutePolicy):
    """Who may call."""

    kind: Literal["access"] = "access"
    who: Access = "subscription"
    scopes: tuple[str, ...] = ()
    """All of these must be in the token's ``scope``."""
    roles: tuple[str, ...] = ()
    """At least one of these must be in the token's ``roles``."""
    claims: tuple[ClaimCondition, ...] = ()


class RateLimitPolicy(RoutePolicy):
    """So many calls a window, exactly on one node, and over all nodes where a Valkey is shared."""

    kind: Literal["rate_limit"] = "rate_limit"
    per: RateSubject = "application"
    calls: int = Field(ge=1, le=1_000_000_000)
    window: RateWindow = "minute"


class AddressPolicy(RoutePolicy):
    """Which client addresses may call; a denied one may not, whatever is allowed."""

    kind: Literal["address"] = "address"
    allow: tuple[str, ...] = ()
    """CIDR blocks; empty: all."""
    deny: tuple[str, ...] = ()


class CorsPolicy(RoutePolicy):
    """Which web pages may call (Fetch standard, section 3.2)."""

    kind: Literal["cors"] = "cors"
    origins: tuple[str, ...]
    """Exact origins, such as ``https://app.example.com``; or ``*`` alone."""
    methods: tuple[str, ...] = ("GET", "POST", "PUT", "PATCH", "DELETE")
    headers: tuple[str, ...] = ("authorization", "content-type")
    exposed: tuple[str, ...] = ()
    credentials: bool = False
    max_age_seconds: int = Field(default=600, ge=0, le=86_400)


class HeadersPolicy(RoutePolicy):
    """Changes of headers, of the request or of the answer."""

    kind: Literal["request_headers", "response_headers"]
    set: dict[str, str] = Field(default_factory=dict)
    add: dict[str, str] = Field(default_factory=dict)
    remove: tuple[str, ...] = ()


class QueryPolicy(RoutePolicy):
    """Changes of the query's parameters."""

    kind: Literal["query"] = "query"
    set: dict[str, str] = Field(default_factory=dict)
    remove: tuple[str, ...] = ()


class BodyPolicy(RoutePolicy):
    """The largest body of a request."""

    kind: Literal["body_size"] = "body_size"
    max_bytes: int = Field(ge=0, le=1_073_741_824)


class ValidationPolicy(RoutePolicy):
    """Requests are held to the revision's OpenAPI document before they reach the upstream."""

    kind: Literal["validation"] = "validation"
    max_bytes: int = Field(default=1_048_576, ge=0, le=10_485_760)


class ResponseCachePolicy(RoutePolicy):
    """Answers to GET are kept and given again, as far as their own headers allow (RFC 9111)."""

    kind: Literal["response_cache"] = "response_cache"
    per: CacheSharing = "caller"
    """Anything but ``caller`` says that answers do not depend on who of them calls."""
    default_ttl_seconds: int = Field(default=0, ge=0, le=86_400)
    """For answers that say nothing of it; 0: these are not kept."""


class CompressionPolicy(RoutePolicy):
    """Answers are compressed (gzip, brotli) for clients that take it."""

    kind: Literal["compression"] = "compression"
    min_bytes: int = Field(default=1_024, ge=30)


class TimeoutPolicy(RoutePolicy):
    """Bounds in time; 0: none."""

    kind: Literal["timeout"] = "timeout"
    total_ms: int = Field(default=30_000, ge=0, le=3_600_000)
    idle_ms: int = Field(default=300_000, ge=0, le=3_600_000)


class RetryPolicy(RoutePolicy):
    """Tries again what failed without harm: only idempotent methods, unless only the connection failed."""

    kind: Literal["retry"] = "retry"
    attempts: int = Field(default=2, ge=0, le=10)
    on_statuses: tuple[int, ...] = ()
    """Such as 502 and 503."""
    per_try_ms: int = Field(default=0, ge=0, le=600_000)


class FaultPolicy(RoutePolicy):
    """Faults on purpose, for tests of callers."""

    kind: Literal["fault"] = "fault"
    abort_status: int | None = Field(default=None, ge=400, le=599)
    abort_percent: int = Field(default=0, ge=0, le=100)
    delay_ms: int = Field(default=0, ge=0, le=60_000)
    delay_percent: int = Field(default=0, ge=0, le=100)


class ClaimHeadersPolicy(RoutePolicy):
    """Claims of the verified token for the upstream, as headers; a client's own headers of these names are cut off."""

    kind: Literal["claim_headers"] = "claim_headers"
    headers: dict[str, str]
    """Header to claim."""


class UpstreamTokenPolicy(RoutePolicy):
    """A fresh JWT of ours for the upstream, so that it can verify who calls."""

    kind: Literal["upstream_token"] = "upstream_token"
    audience: str = Field(min_length=1, max_length=200)
    lifetime_seconds: int = Field(default=60, ge=5, le=600)
    header: str = Field(default="authorization", pattern="^[a-z0-9-]{1,60}$")
    """Where the upstream looks for it: ``authorization`` with ``Bearer`` before it, any other without."""

    def is_for(self, audience: str) -> bool:
        """Whether such a token would be taken by whoever has this audience, with the gate's own way to compare them."""
        return is_same_audience(self.audience, audience)


AnyPolicy = Annotated[
    AccessPolicy
    | RateLimitPolicy
    | AddressPolicy
    | CorsPolicy
    | HeadersPolicy
    | QueryPolicy
    | BodyPolicy
    | ValidationPolicy
    | ResponseCachePolicy
    | CompressionPolicy
    | TimeoutPolicy
    | RetryPolicy
    | FaultPolicy
    | ClaimHeadersPolicy
    | UpstreamTokenPolicy,
    Field(discriminator="kind"),
]
