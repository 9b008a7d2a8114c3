"""What a policy of a service does, in a line."""

from collections.abc import Iterator

from passgate.console.formatting import counted, milliseconds
from passgate.console.pages.services.rows import ACCESS_TEXTS
from passgate.contracts.service_policy import (
    AccessPolicy,
    AddressPolicy,
    AnyPolicy,
    BodyPolicy,
    ClaimHeadersPolicy,
    CompressionPolicy,
    CorsPolicy,
    FaultPolicy,
    HeadersPolicy,
    QueryPolicy,
    RateLimitPolicy,
    ResponseCachePolicy,
    RetryPolicy,
    TimeoutPolicy,
    UpstreamTokenPolicy,
    ValidationPolicy,
)


def policy_sentence(policy: AnyPolicy) -> str:
    """The policy's values in words, such as ``100 calls a minute for each application``."""
    said = "; ".join(_parts(policy))
    return said[:1].upper() + said[1:]


def _parts(policy: AnyPolicy) -> Iterator[str]:
    match policy:
        case AccessPolicy() | AddressPolicy() | CorsPolicy() | RateLimitPolicy() | BodyPolicy() | ValidationPolicy():
            yield from _admission(policy)
        case HeadersPolicy() | QueryPolicy():
            yield from _changes(policy)
        case ClaimHeadersPolicy():
            yield ", ".join(f"{header} from {claim}" for header, claim in policy.headers.items())
        case UpstreamTokenPolicy():
            yield f"For {policy.audience}, {policy.lifetime_seconds} s, in {policy.header}"
        case ResponseCachePolicy():
            yield "one for all callers" if policy.per == "service" else f"for each {policy.per}"
            if policy.default_ttl_seconds:
                yield f"{counted(policy.default_ttl_seconds, 'second')} where the answer says nothing"
        case CompressionPolicy():
            yield f"From {policy.min_bytes:,} bytes"
        case TimeoutPolicy() | RetryPolicy() | FaultPolicy():
            yield from _times(policy)


def _admission(
    policy: AccessPolicy | AddressPolicy | CorsPolicy | RateLimitPolicy | BodyPolicy | ValidationPolicy,
) -> Iterator[str]:
    match policy:
        case AccessPolicy():
            yield from _access(policy)
        case AddressPolicy():
            yield from (f"{word} {', '.join(of)}" for word, of in (("only", policy.allow), ("not", policy.deny)) if of)
        case CorsPolicy():
            yield f"Pages of {', '.join(policy.origins)}" + (", with credentials" if policy.credentials else "")
        case RateLimitPolicy():
            whose = "all together" if policy.per == "service" else f"for each {_SUBJECTS.get(policy.per, policy.per)}"
            yield f"{counted(policy.calls, 'call')} a {policy.window}, {whose}"
        case BodyPolicy() | ValidationPolicy():
            yield f"{policy.max_bytes:,} bytes at most"


def _access(policy: AccessPolicy) -> Iterator[str]:
    yield ACCESS_TEXTS[policy.who]
    if policy.scopes:
        yield f"scopes {', '.join(policy.scopes)}"
    if policy.roles:
        yield f"role {' or '.join(policy.roles)}"
    yield from (f"{one.claim} is {' or '.join(one.values)}" for one in policy.claims)


_SUBJECTS = {"ip": "client address"}


def _changes(policy: HeadersPolicy | QueryPolicy) -> Iterator[str]:
    if policy.set:
        yield f"Sets {', '.join(policy.set)}"
    if isinstance(policy, HeadersPolicy) and policy.add:
        yield f"adds {', '.join(policy.add)}"
    if policy.remove:
        yield f"removes {', '.join(policy.remove)}"


def _times(policy: TimeoutPolicy | RetryPolicy | FaultPolicy) -> Iterator[str]:
    match policy:
        case TimeoutPolicy():
            yield f"{milliseconds(policy.total_ms)} in all" if policy.total_ms else "No bound in all"
            yield f"{milliseconds(policy.idle_ms)} of silence" if policy.idle_ms else "any silence"
        case RetryPolicy():
            yield f"{policy.attempts} more"
            if policy.on_statuses:
                yield f"on {', '.join(map(str, policy.on_statuses))} too"
        case FaultPolicy():
            if policy.abort_percent:
                yield f"{policy.abort_percent} % get {policy.abort_status}"
            if policy.delay_percent:
                yield f"{policy.delay_percent} % wait {milliseconds(policy.delay_ms)}"
