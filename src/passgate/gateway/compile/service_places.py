"""Where a service answers: at which hosts, below which path, and which version there."""

from collections.abc import Iterator
from dataclasses import dataclass

from passgate.contracts.published_service import PublishedService, PublishedVersion

ANY_HOST = "*"


@dataclass(frozen=True, slots=True)
class ServicePlace:
    """One base path of a service.

    Attributes:
        hosts: names, ``*`` for those that no service names.
        base: the path, without a slash at its end.
        version: that answers there; None: a call there names none that is there.
        by_header: whether a call may name another in ``x-api-version``.
    """

    hosts: tuple[str, ...]
    base: str
    version: PublishedVersion | None
    by_header: bool = False


def places_of(service: PublishedService) -> Iterator[ServicePlace]:
    """All places of a service, those of named versions first."""
    hosts = service.hosts or (ANY_HOST,)
    by_name = {version.name: version for version in service.versions}
    default = by_name.get(service.default_version or "")
    if service.selection == "header":
        yield ServicePlace(hosts, service.base_path, default, by_header=True)
        return
    for version in service.versions:
        own = version.hosts if service.selection == "host" else hosts
        base = f"{service.base_path}/{version.name}" if service.selection == "path" else service.base_path
        yield ServicePlace(own, base, version)
    # Where a version has a host, calls of it are the version's; the default has the service's own.
    taken = {host for version in service.versions for host in version.hosts} if service.selection == "host" else set()
    yield ServicePlace(tuple(host for host in hosts if host not in taken), service.base_path, default)
