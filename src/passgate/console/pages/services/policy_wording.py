"""Policies of services in people's words: what each kind is for, and what its fields are called."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from passgate.console.components.contract_fields import FieldWording, Wordings, pairs
from passgate.console.pages.services.rows import ACCESS_CHOICES
from passgate.contracts.service_policy import (
    AccessPolicy,
    AddressPolicy,
    BodyPolicy,
    ClaimCondition,
    ClaimHeadersPolicy,
    CompressionPolicy,
    CorsPolicy,
    FaultPolicy,
    HeadersPolicy,
    QueryPolicy,
    RateLimitPolicy,
    ResponseCachePolicy,
    RetryPolicy,
    RoutePolicy,
    TimeoutPolicy,
    UpstreamTokenPolicy,
    ValidationPolicy,
)


@dataclass(frozen=True, slots=True)
class PolicyKind:
    """A kind of policy, and the form that makes one."""

    model: type[RoutePolicy]
    title: str
    lead: str
    fields: Wordings


def _conditions_written(claims: Sequence[ClaimCondition] | None) -> str:
    return "\n".join(f"{one.claim}: {', '.join(one.values)}" for one in claims or ())


def _conditions(text: str) -> list[dict[str, object]]:
    return [
        {"claim": claim, "values": [value.strip() for value in values.split(",") if value.strip()]}
        for claim, values in pairs(text).items()
    ]


_PER = {
    "application": "Application",
    "token": "Token",
    "user": "User",
    "ip": "Client address",
    "service": "All calls together",
}
_SHARING = {
    "caller": "One caller (tokens that say the same)",
    "application": "One application",
    "service": "All callers",
}
_WINDOWS = {"second": "Second", "minute": "Minute", "hour": "Hour", "day": "Day", "month": "Month"}
_HEADERS = {
    "set": FieldWording("Set", "name: value, one a line; takes the place of what is there.", "x-tenant: acme"),
    "add": FieldWording("Add", "name: value, one a line; beside what is there."),
    "remove": FieldWording("Remove", "Names, one a line."),
}

POLICY_KINDS: Mapping[str, PolicyKind] = {
    "address": PolicyKind(
        AddressPolicy,
        "Client addresses",
        "Which networks may call; a denied address may not, whatever is allowed.",
        {
            "allow": FieldWording("Allow", "CIDR blocks, one a line; empty: all.", "10.0.0.0/8"),
            "deny": FieldWording("Deny", "CIDR blocks, one a line.", "203.0.113.0/24"),
        },
    ),
    "cors": PolicyKind(
        CorsPolicy,
        "CORS",
        "Which web pages may call from a browser.",
        {
            "origins": FieldWording("Origins", "One a line; or * alone.", "https://app.example.com"),
            "methods": FieldWording("Methods", "Separated by blanks or lines."),
            "headers": FieldWording("Request headers", "What a page may send."),
            "exposed": FieldWording("Exposed headers", "What a page may read of the answer."),
            "credentials": FieldWording("With cookies and credentials", "Not together with the origin *."),
            "max_age_seconds": FieldWording("Preflight kept, seconds", "0 to 86,400."),
        },
    ),
    "access": PolicyKind(
        AccessPolicy,
        "Access",
        "Who may call, and what their tokens must say.",
        {
            "who": FieldWording("Who may call", options=ACCESS_CHOICES),
            "scopes": FieldWording("Scopes", "All of these must be in the token; one a line.", "orders:read"),
            "roles": FieldWording("Roles", "At least one of these; one a line."),
            "claims": FieldWording(
                "Claim conditions",
                "claim: value, other value; one condition a line, and all must hold. Nested: address.country",
                "tier: gold, platinum",
                written=_conditions_written,
                read=_conditions,
            ),
        },
    ),
    "body_size": PolicyKind(
        BodyPolicy,
        "Body size",
        "The largest body of a request; a larger one gets 413.",
        {"max_bytes": FieldWording("Bytes at most", "1 MiB is 1048576.")},
    ),
    "rate_limit": PolicyKind(
        RateLimitPolicy,
        "Rate limit",
        "So many calls in a window; several of these may hold at once.",
        {
            "calls": FieldWording("Calls", placeholder="100"),
            "window": FieldWording("In each", options=_WINDOWS),
            "per": FieldWording("Counted for each", "Whose calls are counted together.", options=_PER),
        },
    ),
    "validation": PolicyKind(
        ValidationPolicy,
        "Request validation",
        "Requests are held to the revision's OpenAPI document before they reach the upstream.",
        {"max_bytes": FieldWording("Bytes at most", "A larger body is refused unread.")},
    ),
    "request_headers": PolicyKind(HeadersPolicy, "Request headers", "Set, added or removed on the way in.", _HEADERS),
    "query": PolicyKind(
        QueryPolicy,
        "Query parameters",
        "Set or removed on the way in.",
        {
            "set": FieldWording("Set", "name: value, one a line.", "api-version: 2024-06-01"),
            "remove": FieldWording("Remove", "Names, one a line."),
        },
    ),
    "claim_headers": PolicyKind(
        ClaimHeadersPolicy,
        "Claims as headers",
        "What the verified token says, for the upstream; a client's own headers of these names are cut off.",
        {"headers": FieldWording("Headers", "header: claim, one a line.", "x-user-mail: email")},
    ),
    "upstream_token": PolicyKind(
        UpstreamTokenPolicy,
        "Token for the upstream",
        "A fresh JWT of Passgate's own, by which the upstream verifies who calls.",
        {
            "audience": FieldWording("Audience", "What the upstream expects in aud.", "https://orders.internal"),
            "lifetime_seconds": FieldWording("Valid for, seconds", "5 to 600."),
            "header": FieldWording("Header", "authorization: with Bearer before it; any other: the token alone."),
        },
    ),
    "fault": PolicyKind(
        FaultPolicy,
        "Faults on purpose",
        "For tests of callers: some calls fail or wait.",
        {
            "abort_status": FieldWording("Status of failed calls", "400 to 599.", "503"),
            "abort_percent": FieldWording("Percent that fail"),
            "delay_ms": FieldWording("Delay, milliseconds"),
            "delay_percent": FieldWording("Percent that wait"),
        },
    ),
    "response_cache": PolicyKind(
        ResponseCachePolicy,
        "Response cache",
        "Answers to GET are given again, as far as their own headers allow.",
        {
            "per": FieldWording(
                "Shared by",
                "Who may get the same answer. Anything but one caller says that answers do not depend on who calls.",
                options=_SHARING,
            ),
            "default_ttl_seconds": FieldWording(
                "Kept by default, seconds", "For answers that say nothing; 0: these are not kept."
            ),
        },
    ),
    "timeout": PolicyKind(
        TimeoutPolicy,
        "Timeouts",
        "How long the upstream may take.",
        {
            "total_ms": FieldWording("Whole answer, milliseconds", "0: no bound."),
            "idle_ms": FieldWording("Silence, milliseconds", "The longest with nothing sent; 0: no bound."),
        },
    ),
    "retry": PolicyKind(
        RetryPolicy,
        "Retries",
        "Tries again what failed without harm: idempotent methods, or where no connection was made.",
        {
            "attempts": FieldWording("Further attempts", "0 to 10."),
            "per_try_ms": FieldWording("Each attempt, milliseconds", "0: no bound."),
            "on_statuses": FieldWording("On these statuses too", "Separated by blanks.", "502 503"),
        },
    ),
    "compression": PolicyKind(
        CompressionPolicy,
        "Compression",
        "Answers in gzip or brotli, for clients that take it.",
        {"min_bytes": FieldWording("From so many bytes", "1024: the gate takes no other bound.")},
    ),
    "response_headers": PolicyKind(
        HeadersPolicy, "Response headers", "Set, added or removed on the way out.", _HEADERS
    ),
}
"""By kind, in the order in which the gate asks them."""
