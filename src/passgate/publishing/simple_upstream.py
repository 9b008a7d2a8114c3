"""The simple form of a revision: one upstream URL and two timeouts, which is all that most services need."""

from dataclasses import dataclass

from passgate.contracts.service_policy import TimeoutPolicy
from passgate.contracts.upstream_pool import UpstreamPool
from passgate.publishing.definition import RevisionDefinition
from passgate.publishing.upstream_url import pool_of, url_of

DEFAULT_TIMEOUT_MS = 30_000
DEFAULT_CONNECT_TIMEOUT_MS = 2_000


@dataclass(frozen=True, slots=True)
class SimpleUpstream:
    """What the simple form says of a definition."""

    url: str | None
    """Of the first address of the first pool; None: it has none."""
    host_header: str | None
    timeout_ms: int
    connect_timeout_ms: int


def simple_of(definition: RevisionDefinition) -> SimpleUpstream:
    """The definition's simple form, as far as it has one."""
    pool = definition.pools[0] if definition.pools else None
    timeouts = [
        policy.total_ms for policy in definition.policies if isinstance(policy, TimeoutPolicy) and not policy.routes
    ]
    return SimpleUpstream(
        url=url_of(pool) if pool else None,
        host_header=pool.host_header if pool else None,
        timeout_ms=timeouts[0] if timeouts else DEFAULT_TIMEOUT_MS,
        connect_timeout_ms=pool.connect_timeout_ms if pool else DEFAULT_CONNECT_TIMEOUT_MS,
    )


def moves_secrets(definition: RevisionDefinition, url: str) -> bool:
    """Whether the upstream has credentials that were given for another address than the URL's."""
    pool = definition.pools[0] if definition.pools else None
    if pool is None or url_of(pool) == url_of(
        pool_of(url, host_header=None, connect_timeout_ms=DEFAULT_CONNECT_TIMEOUT_MS)
    ):
        return False
    return bool(pool.credentials) or (pool.tls is not None and pool.tls.sealed_client_key is not None)


def with_simple(definition: RevisionDefinition, simple: SimpleUpstream) -> RevisionDefinition:
    """The definition with what the simple form says; what that does not speak of stays."""
    first = definition.pools[0] if definition.pools else None
    pools = definition.pools
    if simple.url is not None:
        pools = (_pool_with(first, simple), *definition.pools[1:])
    others = tuple(
        policy for policy in definition.policies if not isinstance(policy, TimeoutPolicy) or bool(policy.routes)
    )
    timeout = next((one for one in definition.policies if isinstance(one, TimeoutPolicy) and not one.routes), None)
    timeout = (timeout or TimeoutPolicy()).model_copy(update={"total_ms": simple.timeout_ms})
    return definition.model_copy(update={"pools": pools, "policies": (*others, timeout)})


def _pool_with(pool: UpstreamPool | None, simple: SimpleUpstream) -> UpstreamPool:
    made = pool_of(simple.url or "", host_header=simple.host_header, connect_timeout_ms=simple.connect_timeout_ms)
    if pool is None:
        return made
    names = ["host_header", "connect_timeout_ms"]
    if url_of(pool) != url_of(made):
        names += ["endpoints", "tls", "path_prefix"]
    return pool.model_copy(update={name: getattr(made, name) for name in names})
