"""Virtual hosts: one for every host that services have for themselves, and one for all others."""

from collections.abc import Iterable
from functools import partial

from passgate.contracts.published_service import PublishedService
from passgate.gateway.compile.errors import UncompilableError
from passgate.gateway.compile.kept_parts import KeptParts
from passgate.gateway.compile.path_tree import KeptLists, PathBlock, tree_of
from passgate.gateway.compile.route_filters import GateFacts
from passgate.gateway.compile.service_blocks import service_blocks
from passgate.gateway.compile.service_places import ANY_HOST
from passgate.gateway.envoy.names import JsonObject


def virtual_hosts(
    published: Iterable[PublishedService],
    facts: GateFacts,
    own: list[PathBlock],
    otherwise: JsonObject,
    kept: KeptParts,
) -> list[JsonObject]:
    """All virtual hosts. At a host that services name, the gate's own paths and other services are not.

    Args:
        published: services with versions.
        facts: of the whole snapshot.
        own: blocks of the gate itself, which stand with the services that name no host.
        otherwise: the route that takes every path.
        kept: of earlier compilations.

    Raises:
        UncompilableError: two services share a path.
    """
    by_host: dict[str, list[PathBlock]] = {ANY_HOST: list(own)}
    taken = {(ANY_HOST, block.base): "the gate" for block in own}
    for service in published:
        made_of = (service, facts.trusted, service.id in facts.planned)
        for host, block in kept.part(("blocks", service.id), made_of, partial(_blocks_of, service, facts)):
            for base in block.bases:
                first = taken.setdefault((host.lower(), base), service.id)
                if first != service.id:
                    words = f"{first} and {service.id} share the path {base or '/'} at the host {host}."
                    raise UncompilableError(words, field="published")
            by_host.setdefault(host.lower(), []).append(block)
    return [
        {
            "name": "gate" if host == ANY_HOST else f"host:{host}",
            "domains": [host],
            "matcher": tree_of(blocks, otherwise, KeptLists(kept, host)),
        }
        for host, blocks in by_host.items()
    ]


def _blocks_of(service: PublishedService, facts: GateFacts) -> list[tuple[str, PathBlock]]:
    return list(service_blocks(service, facts))
