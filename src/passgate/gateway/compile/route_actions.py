"""How a call goes on: to which cluster, with which bounds in time, tried again when."""

from passgate.contracts.published_service import PublishedRevision, PublishedService
from passgate.contracts.service_policy import RetryPolicy, TimeoutPolicy
from passgate.contracts.upstream_pool import HashKey, UpstreamPool
from passgate.gateway.compile.host_names import host_header
from passgate.gateway.compile.route_policies import RoutePolicies
from passgate.gateway.envoy import names
from passgate.gateway.envoy.names import JsonObject, type_url

IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"})
"""RFC 9110 section 9.2.2."""

_IDLE_MS = 300_000
_FIRST_BYTE_MS = 30_000
"""How long an upstream may take to begin its answer where nobody said: a stream, once begun, may go on."""
_RETRIES = 2
_OTHER_HOST_PICKS = 12
"""How often Envoy picks anew where it got a host that was tried. Among idle hosts it picks by chance: at three picks,
one call in 512 met the dead one of two workers on all of its tries."""
_WEBSOCKET: JsonObject = {"upgrade_configs": [{"upgrade_type": "websocket", "enabled": True}]}
UNTOUCHED = "connect-failure,refused-stream,reset-before-request"
"""Nothing of the call has reached an upstream, so that none is done twice."""


def action_of(
    service: PublishedService, revision: PublishedRevision, pool: UpstreamPool, policies: RoutePolicies, *, safe: bool
) -> JsonObject:
    """To a pool. All tries stay within it, so that no credential of one pool ever reaches another.

    Args:
        service: that is called.
        revision: that the call belongs to.
        pool: one of its pools.
        policies: of the route.
        safe: whether all methods of the route are idempotent.
    """
    host = {"host_rewrite_literal": pool.host_header} if pool.host_header else {"auto_host_rewrite": True}
    action: JsonObject = {
        "cluster": names.pool_cluster(service.id, revision.id, pool.name),
        **_bounds(policies),
        "retry_policy": _retries(policies, safe=safe),
        **host,
        **_WEBSOCKET,
    }
    if pool.balance == "hash" and pool.hash_key is not None:
        action["hash_policy"] = [_hash_policy(pool.hash_key)]
    if pool.protocol == "grpc":
        # The client's own bound (grpc-timeout) holds.
        action["max_stream_duration"] = {"grpc_timeout_header_max": "0s"}
    return {**action, **_mirrors(service, revision, pool)}


def cached_action(policies: RoutePolicies) -> JsonObject:
    """To the workers, who have the answer or ask the pool for it. One that dies costs no call: it is done again."""
    again = other_host(f"{UNTOUCHED},reset", _RETRIES)
    return {"cluster": names.WORKERS_CLUSTER, **_bounds(policies), "retry_policy": again}


def tries_of(policies: RoutePolicies) -> dict[str, str]:
    """How often and how long a worker has a pool tried for a call by GET or HEAD, by the names of Envoy's headers."""
    again = _retries(policies, safe=True)
    found = {"retry-on": again["retry_on"], "max-retries": str(again["num_retries"])}
    if statuses := again.get("retriable_status_codes"):
        found["retriable-status-codes"] = ",".join(map(str, statuses))
    if per_try := again.get("per_try_timeout"):
        found["upstream-rq-per-try-timeout-ms"] = str(round(float(per_try.removesuffix("s")) * 1000))
    return found


def copies_of(revision: PublishedRevision, pool: UpstreamPool) -> str | None:
    """The pool that gets a copy of each call to a pool; None where none does."""
    return revision.mirror_pool if revision.mirror_pool != pool.name else None


def _mirrors(service: PublishedService, revision: PublishedRevision, pool: UpstreamPool) -> JsonObject:
    copies = copies_of(revision, pool)
    return {"request_mirror_policies": [_mirror(service, revision, copies)]} if copies is not None else {}


def _mirror(service: PublishedService, revision: PublishedRevision, name: str) -> JsonObject:
    """A copy of each call. Envoy itself would tell that pool the client's host, with ``-shadow`` behind it."""
    mirror: JsonObject = {
        "cluster": names.pool_cluster(service.id, revision.id, name),
        "disable_shadow_host_suffix_append": True,
    }
    pool = next((one for one in revision.pools if one.name == name), None)
    if pool is not None:
        # Of several addresses the first one's name: a copy is made before its address is chosen.
        mirror["host_rewrite_literal"] = pool.host_header or host_header(pool, pool.endpoints[0])
    return mirror


def worker_action(policies: RoutePolicies) -> JsonObject:
    """To the workers, which bound their calls of models themselves."""
    timeout = policies.get("timeout", TimeoutPolicy)
    bounds = _bounds(policies) if timeout is not None else {"timeout": "0s", "idle_timeout": _duration(_IDLE_MS)}
    return {"cluster": names.WORKERS_CLUSTER, **bounds, "retry_policy": other_host(UNTOUCHED, _RETRIES)}


def retries_by_method(policies: RoutePolicies) -> bool:
    """Whether what may be tried again depends on the method."""
    retry = policies.get("retry", RetryPolicy)
    return retry is not None and retry.attempts > 0 and bool(retry.on_statuses or retry.per_try_ms)


def other_host(retry_on: str, retries: int) -> JsonObject:
    """Tries again, at another address where there is one."""
    url = type_url("envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate")
    return {
        "retry_on": retry_on,
        "num_retries": retries,
        "retry_host_predicate": [{"name": "other_host", "typed_config": {"@type": url}}],
        "host_selection_retry_max_attempts": _OTHER_HOST_PICKS,
    }


def _bounds(policies: RoutePolicies) -> JsonObject:
    timeout = policies.get("timeout", TimeoutPolicy)
    if timeout is None:
        return {"timeout": "0s", "idle_timeout": _duration(_IDLE_MS)}
    return {"timeout": _duration(timeout.total_ms), "idle_timeout": _duration(timeout.idle_ms)}


def _retries(policies: RoutePolicies, *, safe: bool) -> JsonObject:
    retry = policies.get("retry", RetryPolicy)
    attempts = _RETRIES if retry is None else retry.attempts
    again = other_host(UNTOUCHED, attempts)
    per_try = 0 if policies.get("timeout", TimeoutPolicy) is not None else _FIRST_BYTE_MS
    if retry is not None and safe and attempts and retries_by_method(policies):
        again["retry_on"] = f"{UNTOUCHED},reset" + (",retriable-status-codes" if retry.on_statuses else "")
        if retry.on_statuses:
            again["retriable_status_codes"] = list(retry.on_statuses)
        per_try = retry.per_try_ms or per_try
    if per_try:
        again["per_try_timeout"] = _duration(per_try)
    return again


def _hash_policy(key: HashKey) -> JsonObject:
    match key.source:
        case "header":
            return {"header": {"header_name": key.name}}
        case "cookie":
            return {"cookie": {"name": key.name}}
        case "ip":
            return {"connection_properties": {"source_ip": True}}
        case "claim":
            return {"filter_state": {"key": names.HASH_STATE}}


def _duration(milliseconds: int) -> str:
    return f"{milliseconds / 1000:.3f}s"
