"""What is changed of headers, of the request and of the answer."""

from passgate.contracts.service_policy import ClaimHeadersPolicy, HeadersPolicy
from passgate.contracts.upstream_pool import UpstreamPool
from passgate.gateway.compile.jwt import CREDENTIAL_HEADERS
from passgate.gateway.compile.route_policies import RoutePolicies
from passgate.gateway.compile.service_answers import header, literal
from passgate.gateway.compile.upstream_token import token_for_upstream
from passgate.gateway.envoy import names
from passgate.gateway.envoy.names import JsonObject


def changes_of(
    policies: RoutePolicies, pool: UpstreamPool | None, for_worker: dict[str, str], issuers: tuple[str, ...]
) -> JsonObject:
    """The route's lists of changes. Envoy takes headers away before it puts some on.

    Args:
        policies: of the route.
        pool: where the call goes; None: to the workers.
        for_worker: headers that tell a worker what to answer.
        issuers: ids of trusted issuers.
    """
    claims = policies.get("claim_headers", ClaimHeadersPolicy)
    request = policies.get("request_headers", HeadersPolicy)
    response = policies.get("response_headers", HeadersPolicy)
    added = [header(name, value) for name, value in for_worker.items()]
    added += _puts(request) + _claims(claims, issuers)
    fresh = token_for_upstream(policies) if pool is not None else None
    if fresh is not None:
        added.append(fresh[1])
    removed = [*_removed(policies, pool), *(claims.headers if claims else ()), *(request.remove if request else ())]
    removed += [fresh[0]] if fresh is not None else []
    found = {
        "request_headers_to_add": added,
        "request_headers_to_remove": list(dict.fromkeys(name.lower() for name in removed)),
        "response_headers_to_add": _puts(response),
        "response_headers_to_remove": list(response.remove) if response else [],
    }
    return {name: changes for name, changes in found.items() if changes}


def _removed(policies: RoutePolicies, pool: UpstreamPool | None) -> list[str]:
    """What no upstream shall see: our tokens, and a client's own copy of what is put on for the upstream."""
    injected = [one.header for one in pool.credentials] if pool is not None else []
    if policies.access.who == "public":
        # An upstream open to all may have credentials of its own; ours are cut off by the optional JWT check.
        return [names.CLAIMS_HEADER, names.FOREIGN_CLAIMS_HEADER, *injected]
    return [*CREDENTIAL_HEADERS, *injected]


def _puts(policy: HeadersPolicy | None) -> list[JsonObject]:
    if policy is None:
        return []
    added = [
        {"append_action": "APPEND_IF_EXISTS_OR_ADD", "header": {"key": name, "value": literal(value)}}
        for name, value in policy.add.items()
    ]
    return [header(name, value) for name, value in policy.set.items()] + added


def _claims(policy: ClaimHeadersPolicy | None, issuers: tuple[str, ...]) -> list[JsonObject]:
    """The claim of whichever issuer's token it is; of the others Envoy finds nothing, and puts no header."""
    if policy is None:
        return []
    return [
        {"append_action": "ADD_IF_ABSENT", "header": {"key": name, "value": claim_text(part, claim)}}
        for name, claim in policy.headers.items()
        for part in (names.PAYLOAD_KEY, *issuers)
    ]


def claim_text(part: str, claim: str) -> str:
    """Envoy's command for a claim; a nested one by dots."""
    return f"%DYNAMIC_METADATA({names.JWT_NAMESPACE}:{part}:{claim.replace('.', ':')})%"
