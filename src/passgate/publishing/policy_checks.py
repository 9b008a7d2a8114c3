"""What must hold of policies, beyond what their fields' types say."""

import ipaddress
import re
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

from sqlalchemy import select

from passgate.contracts.published_service import PublishedService
from passgate.contracts.service_policy import (
    Access,
    AccessPolicy,
    AddressPolicy,
    AnyPolicy,
    ClaimHeadersPolicy,
    CompressionPolicy,
    CorsPolicy,
    FaultPolicy,
    HeadersPolicy,
    QueryPolicy,
    ResponseCachePolicy,
    RetryPolicy,
    UpstreamTokenPolicy,
)
from passgate.identity.scopes import ScopeEntry
from passgate.kernel.errors import InvalidInputError
from passgate.storage.work import Work

_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
"""A field name (RFC 9110, section 5.1)."""
_CLAIM = re.compile(r"[^:%.\x00-\x1f\x7f]+(?:\.[^:%.\x00-\x1f\x7f]+)*|[a-z]+://[^%\x00-\x1f\x7f]+")
"""The name of a claim, a nested one by dots, or a URL; the gate writes it into a command of Envoy's."""
_METHOD = re.compile(r"[A-Z]{1,20}|\*")
_LAST_OF_HEADERS = "\uffff"
"""What a header's value may hold ends here."""
_STATUSES = range(100, 600)
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,100}")
"""A scope token (RFC 6749, section 3.3)."""
_GATES_OWN = frozenset({"host", "connection", "content-length", "transfer-encoding", "upgrade", "te", "trailer"})
COMPRESSED_FROM = 1_024
"""Bytes; the gate's own bound."""
_ADDING = frozenset({"rate_limit"})
"""Kinds of which several may hold at once."""


def check_policies(policies: Iterable[AnyPolicy], field: str = "policies") -> None:
    """Refuse what the gate could not hold to.

    Raises:
        InvalidInputError: names the field, such as ``policies.2.allow``, and the rule.
    """
    seen: set[tuple[str, tuple[str, ...]]] = set()
    for at, policy in enumerate(policies):
        where = f"{field}.{at}"
        key = (policy.kind, tuple(sorted(policy.routes)))
        if key in seen and policy.kind not in _ADDING:
            raise InvalidInputError(f"There are two of the kind {policy.kind} for the same routes.", field=where)
        seen.add(key)
        check = _CHECKS.get(type(policy))
        if check is not None:
            check(policy, where)


def check_audiences(work: Work, policies: Iterable[AnyPolicy], field: str = "policies") -> None:
    """Refuse tokens for upstreams that the gate itself would take, as soon as a draft names them.

    Raises:
        InvalidInputError: names the field.
    """
    own = work.own_names.audience
    for at, policy in enumerate(policies):
        if own is not None and isinstance(policy, UpstreamTokenPolicy) and policy.is_for(own):
            raise InvalidInputError(_own_audience(policy), field=f"{field}.{at}.audience")


def require_known_callers(policies: Iterable[AnyPolicy], access: Access | None = None) -> None:
    """Refuse prompts that are open to all: each call spends money, and nobody's budget would bear or bound it.

    Raises:
        InvalidInputError: names the policy, or the field access.
    """
    open_to_all = [
        f"policies.{at}.who"
        for at, policy in enumerate(policies)
        if isinstance(policy, AccessPolicy) and policy.who == "public"
    ]
    if access == "public":
        open_to_all.append("access")
    if open_to_all:
        rule = "A prompt is not open to callers without a token: no budget would bear or bound what they spend."
        raise InvalidInputError(rule, code="prompt_public_unsupported", field=open_to_all[0])


def refuse_cache(policies: Iterable[AnyPolicy]) -> None:
    """Refuse a response cache for prompts, where it would do nothing.

    Raises:
        InvalidInputError: names the policy.
    """
    for at, policy in enumerate(policies):
        if isinstance(policy, ResponseCachePolicy):
            rule = (
                "Only answers to GET are kept, and a prompt is called by POST; a policy of AI calls keeps its answers."
            )
            raise InvalidInputError(rule, field=f"policies.{at}")


def check_audience(services: Iterable[PublishedService], audience: str) -> None:
    """Refuse tokens for upstreams that the gate itself would take: an upstream could call it as the caller.

    Args:
        services: as they are to be published.
        audience: the gate's own.

    Raises:
        InvalidInputError: names the service.
    """
    for service in services:
        own = [policy for version in service.versions for revision in version.revisions for policy in revision.policies]
        for policy in (*service.policies, *own):
            if isinstance(policy, UpstreamTokenPolicy) and policy.is_for(audience):
                raise InvalidInputError(f"{service.name}: {_own_audience(policy)}", field="policies.audience")


def check_scopes(work: Work, policies: Iterable[AnyPolicy], field: str = "policies") -> None:
    """Refuse scopes that are not in the catalogue.

    Raises:
        InvalidInputError: names the field.
    """
    for at, policy in enumerate(policies):
        if not isinstance(policy, AccessPolicy) or not policy.scopes:
            continue
        known = set(work.session.scalars(select(ScopeEntry.name).where(ScopeEntry.name.in_(policy.scopes))))
        unknown = [scope for scope in policy.scopes if scope not in known]
        if unknown:
            rule = f"There is no scope {unknown[0]} in the catalogue."
            raise InvalidInputError(rule, field=f"{field}.{at}.scopes")


def check_header_name(name: str, field: str) -> None:
    """Refuse what is no header name, and headers that the gate sets itself.

    Raises:
        InvalidInputError: names the field.
    """
    if not _TOKEN.fullmatch(name):
        raise InvalidInputError(f"{name!r} is no header name.", field=field)
    if "_" in name:
        raise InvalidInputError(f"{name} has an underscore, which no header at the gate may have.", field=field)
    if name.lower() in _GATES_OWN or name.lower().startswith(("x-envoy-", "x-passgate-")):
        raise InvalidInputError(f"{name} is set by the gate itself.", field=field)


def check_claim_name(name: str, field: str) -> None:
    """Refuse what the gate could not look up in a token.

    Raises:
        InvalidInputError: names the field.
    """
    if not _CLAIM.fullmatch(name):
        rule = "A claim is named as in the token, a nested one by dots, such as address.country; without : and %."
        raise InvalidInputError(rule, field=field)


def check_token(name: str, field: str) -> None:
    """Refuse what is no name of a header or a cookie (RFC 6265, section 4.1.1).

    Raises:
        InvalidInputError: names the field.
    """
    if not _TOKEN.fullmatch(name):
        raise InvalidInputError(f"{name!r} is no such name.", field=field)


def _own_audience(policy: UpstreamTokenPolicy) -> str:
    return (
        f"{policy.audience} is the gate's own audience. The upstream could use such a token at the gate; "
        "name the upstream instead."
    )


def _compression(policy: CompressionPolicy, field: str) -> None:
    if policy.min_bytes != COMPRESSED_FROM:
        rule = f"Envoy compresses from {COMPRESSED_FROM:,} bytes on, and takes no other bound for one route."
        raise InvalidInputError(rule, field=f"{field}.min_bytes")


def _access(policy: AccessPolicy, field: str) -> None:
    for scope in policy.scopes:
        if not _SCOPE.fullmatch(scope):
            raise InvalidInputError(f"{scope!r} is no scope.", field=f"{field}.scopes")
    if policy.who == "public" and (policy.scopes or policy.roles or policy.claims):
        raise InvalidInputError("Whom anyone may call asks for no scopes, roles or claims.", field=f"{field}.who")
    for at, condition in enumerate(policy.claims):
        if not condition.claim or not condition.values:
            rule = "A condition names a claim and at least one value."
            raise InvalidInputError(rule, field=f"{field}.claims.{at}")
        check_claim_name(condition.claim, f"{field}.claims.{at}.claim")


def _address(policy: AddressPolicy, field: str) -> None:
    if not policy.allow and not policy.deny:
        raise InvalidInputError("Name addresses to allow or to deny.", field=f"{field}.allow")
    for name in ("allow", "deny"):
        for block in getattr(policy, name):
            try:
                ipaddress.ip_network(block, strict=False)
            except ValueError:
                rule = f"{block} is no CIDR block, such as 10.0.0.0/8 or 2001:db8::/32."
                raise InvalidInputError(rule, field=f"{field}.{name}") from None


def _cors(policy: CorsPolicy, field: str) -> None:
    if not policy.origins:
        raise InvalidInputError("Name the origins, or * alone.", field=f"{field}.origins")
    if "*" in policy.origins and (len(policy.origins) > 1 or policy.credentials):
        rule = "* stands alone, and never with credentials (Fetch standard, section 3.2.5)."
        raise InvalidInputError(rule, field=f"{field}.origins")
    for origin in policy.origins:
        parts = urlsplit(origin)
        if origin != "*" and (parts.scheme not in {"http", "https"} or origin != f"{parts.scheme}://{parts.netloc}"):
            rule = f"{origin} is no origin, such as https://app.example.com."
            raise InvalidInputError(rule, field=f"{field}.origins")
    for method in policy.methods:
        if not _METHOD.fullmatch(method):
            raise InvalidInputError(f"{method!r} is no method in capitals, such as GET.", field=f"{field}.methods")
    for name in (*policy.headers, *policy.exposed):
        if name != "*" and not _TOKEN.fullmatch(name):
            raise InvalidInputError(f"{name!r} is no header name.", field=f"{field}.headers")


def _headers(policy: HeadersPolicy, field: str) -> None:
    if not (policy.set or policy.add or policy.remove):
        raise InvalidInputError("Name a header to set, add or remove.", field=f"{field}.set")
    for part in ("set", "add", "remove"):
        for name in getattr(policy, part):
            check_header_name(name, f"{field}.{part}")
    for values in (policy.set, policy.add):
        _check_values(values, field)


def _query(policy: QueryPolicy, field: str) -> None:
    if not (policy.set or policy.remove) or "" in {*policy.set, *policy.remove}:
        raise InvalidInputError("Name a parameter to set or remove.", field=f"{field}.set")


def _fault(policy: FaultPolicy, field: str) -> None:
    if policy.abort_percent and policy.abort_status is None:
        raise InvalidInputError("Say with which status calls fail.", field=f"{field}.abort_status")


def _claim_headers(policy: ClaimHeadersPolicy, field: str) -> None:
    if not policy.headers:
        raise InvalidInputError("Name a header and the claim for it.", field=f"{field}.headers")
    for name, claim in policy.headers.items():
        check_header_name(name, f"{field}.headers")
        check_claim_name(claim, f"{field}.headers")


def _retry(policy: RetryPolicy, field: str) -> None:
    unknown = [status for status in policy.on_statuses if status not in _STATUSES]
    if unknown:
        raise InvalidInputError(f"{unknown[0]} is no HTTP status.", field=f"{field}.on_statuses")


def _upstream_token(policy: UpstreamTokenPolicy, field: str) -> None:
    if not policy.audience.strip():
        raise InvalidInputError("Name the audience of the token.", field=f"{field}.audience")
    check_header_name(policy.header, f"{field}.header")


def _check_values(values: dict[str, str], field: str) -> None:
    for name, value in values.items():
        if any(not (letter.isprintable() or letter == "\t") or letter > _LAST_OF_HEADERS for letter in value):
            raise InvalidInputError(
                f"The value of {name} has characters that no header may have.", field=f"{field}.set"
            )


_CHECKS: dict[type, Callable[..., None]] = {
    AccessPolicy: _access,
    AddressPolicy: _address,
    CorsPolicy: _cors,
    HeadersPolicy: _headers,
    QueryPolicy: _query,
    FaultPolicy: _fault,
    RetryPolicy: _retry,
    CompressionPolicy: _compression,
    ClaimHeadersPolicy: _claim_headers,
    UpstreamTokenPolicy: _upstream_token,
}
