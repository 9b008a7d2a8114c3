"""Secrets of pools: opened on the node, handed to Envoy alone, apart from the clusters that use them.

A new key of an upstream changes a secret and nothing else: no connection is cut, no cluster made anew.
"""

from collections.abc import Callable, Iterator

from passgate.contracts.published_service import PublishedService
from passgate.contracts.upstream_pool import UpstreamPool
from passgate.gateway.envoy import names
from passgate.gateway.envoy.names import JsonObject

Opener = Callable[[str], str]
"""Opens a sealed secret; raises a PassgateError where it cannot."""


def credential_secret(cluster: str, number: int) -> str:
    """The name of a pool's credential."""
    return f"{cluster}:credential:{number}"


def client_certificate_secret(cluster: str) -> str:
    """The name of a pool's client certificate."""
    return f"{cluster}:client"


def service_secrets(service: PublishedService, open_: Opener) -> Iterator[JsonObject]:
    """All secrets of a service's pools.

    Raises:
        PassgateError: a secret cannot be opened.
    """
    for version in service.versions:
        for revision in version.revisions:
            for pool in revision.pools:
                yield from _pool_secrets(names.pool_cluster(service.id, revision.id, pool.name), pool, open_)


def _pool_secrets(cluster: str, pool: UpstreamPool, open_: Opener) -> Iterator[JsonObject]:
    for number, credential in enumerate(pool.credentials):
        secret = {"secret": {"inline_string": open_(credential.sealed_value)}}
        yield {"name": credential_secret(cluster, number), "generic_secret": secret}
    tls = pool.tls
    if tls is not None and tls.client_certificate_pem is not None and tls.sealed_client_key is not None:
        certificate = {
            "certificate_chain": {"inline_string": tls.client_certificate_pem},
            "private_key": {"inline_string": open_(tls.sealed_client_key)},
        }
        yield {"name": client_certificate_secret(cluster), "tls_certificate": certificate}
