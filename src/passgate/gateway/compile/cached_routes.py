"""Routes whose answers are kept: by way of a worker, who asks the upstream for what it has not.

Everything that Envoy asks of a call, and changes of it, it does before the worker has the call.
"""

import hashlib

import orjson

from passgate.contracts.cached_route import CachedHash, CachedRoute
from passgate.contracts.published_service import PublishedRevision, PublishedService
from passgate.contracts.service_policy import ClaimHeadersPolicy, QueryPolicy, ResponseCachePolicy, UpstreamTokenPolicy
from passgate.contracts.upstream_pool import UpstreamPool
from passgate.gateway.compile.route_actions import cached_action, copies_of, tries_of
from passgate.gateway.compile.route_policies import RoutePolicies
from passgate.gateway.compile.service_answers import header
from passgate.gateway.envoy import names
from passgate.gateway.envoy.names import JsonObject

_KIND = "response_cache"
_METHODS = ("GET", "HEAD")
_PASSING_BY = ("upgrade", "range")
"""Headers of calls whose answers are never kept: these go to the upstream at once."""
_CLAIMS = frozenset({names.CLAIMS_HEADER, names.FOREIGN_CLAIMS_HEADER})


def cached_methods(methods: tuple[str, ...]) -> tuple[str, ...]:
    """Those of a route's methods (none: all) whose answers may be kept."""
    return tuple(method for method in _METHODS if not methods or method in methods)


def cached_match(match: JsonObject) -> JsonObject:
    """The match, for calls whose answers may be kept."""
    absent = [{"name": name, "present_match": True, "invert_match": True} for name in _PASSING_BY]
    return {**match, "headers": [*match.get("headers", []), *absent]}


def keeps_answers(service: PublishedService) -> bool:
    """Whether answers of the service are kept, of whatever revision and route."""
    of_revisions = (revision.policies for version in service.versions for revision in version.revisions)
    return any(policy.kind == _KIND for policies in (service.policies, *of_revisions) for policy in policies)


def has_cache(policies: RoutePolicies, revision: PublishedRevision, pool: UpstreamPool | None) -> bool:
    """Whether answers of a route are kept.

    Those that a worker makes itself are not, nor are those of a pool whose calls are copied: a copy is of what goes to
    the worker, so that the mirror would be told what only the worker may know, and other things than the pool itself.
    """
    if pool is None or copies_of(revision, pool) is not None:
        return False
    return policies.get(_KIND, ResponseCachePolicy) is not None


def through_cache(
    service: PublishedService,
    revision: PublishedRevision,
    pool: UpstreamPool,
    policies: RoutePolicies,
    changes: JsonObject,
) -> JsonObject:
    """The action and the changes of a route, by way of a worker.

    Args:
        service: that is called.
        revision: that the call belongs to.
        pool: that the worker asks.
        policies: of the route.
        changes: of headers, as they are without the cache.
    """
    policy = policies.get(_KIND, ResponseCachePolicy) or ResponseCachePolicy()
    token = policies.get("upstream_token", UpstreamTokenPolicy)
    claims = policies.get("claim_headers", ClaimHeadersPolicy)
    removed = changes.get("request_headers_to_remove", [])
    # Of a public service the upstream knows the caller only by such a token, and the worker only by the claims.
    cuts = token is not None and not _CLAIMS.isdisjoint(removed)
    cluster = names.pool_cluster(service.id, revision.id, pool.name)
    route = CachedRoute(
        cluster=cluster,
        service=service.id,
        scope=_scope(cluster, policies, changes),
        epoch=service.cache_epoch,
        per=policy.per,
        seconds=policy.default_ttl_seconds,
        told=tuple(name.lower() for name in claims.headers) if claims is not None else (),
        token=token.header if token is not None else None,
        cuts_claims=cuts,
        host=pool.host_header,
        hash=_hash(pool),
        again=tries_of(policies),
    )
    # The action changes the path after this is read.
    path = _overwritten(names.PATH_HEADER, "%REQ(:PATH)%")
    added = [header(names.CACHED_HEADER, route.header()), path, *_told_to_hash(pool)]
    return {
        "route": cached_action(policies),
        **changes,
        "request_headers_to_add": [*changes.get("request_headers_to_add", []), *added],
        "request_headers_to_remove": [name for name in removed if not cuts or name not in _CLAIMS],
    }


def _scope(cluster: str, policies: RoutePolicies, changes: JsonObject) -> str:
    """What the upstream sees of a request differently by route, in a digest."""
    query = policies.get("query", QueryPolicy)
    token = policies.get("upstream_token", UpstreamTokenPolicy)
    of_request = {name: value for name, value in changes.items() if name.startswith("request_")}
    whole = [cluster, of_request, *(one.model_dump(exclude={"routes"}) if one else None for one in (query, token))]
    return hashlib.blake2b(orjson.dumps(whole, option=orjson.OPT_SORT_KEYS), digest_size=12).hexdigest()


def _hash(pool: UpstreamPool) -> CachedHash | None:
    if pool.balance != "hash" or pool.hash_key is None:
        return None
    return CachedHash(source=pool.hash_key.source, name=pool.hash_key.name)


def _told_to_hash(pool: UpstreamPool) -> list[JsonObject]:
    """What the worker cannot read from the request: a claim, and the caller's address as Envoy has found it."""
    if pool.balance != "hash" or pool.hash_key is None:
        return []
    match pool.hash_key.source:
        case "claim":
            return [_overwritten(names.HASH_HEADER, f"%FILTER_STATE({names.HASH_STATE}:PLAIN)%")]
        case "ip":
            return [_overwritten(names.HASH_HEADER, "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%")]
        case _:
            return []


def _overwritten(name: str, value: str) -> JsonObject:
    return {"append_action": "OVERWRITE_IF_EXISTS_OR_ADD", "header": {"key": name, "value": value}}
