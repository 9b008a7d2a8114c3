"""Names of a pool's addresses: the Host that they see, and the names that their certificates must bear."""

from ipaddress import ip_address

from passgate.contracts.upstream_pool import PoolEndpoint, UpstreamPool

_HTTP, _HTTPS = 80, 443


def is_address(host: str) -> bool:
    """Whether the host is an IP address and no name."""
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def host_header(pool: UpstreamPool, endpoint: PoolEndpoint) -> str:
    """The Host that the address sees where none is set: with its port, unless that is the scheme's own.

    Where several names share a TLS pool, the same text is the name asked for in the handshake, so no port then.
    """
    host = endpoint.host.strip("[]")
    if endpoint.port == (_HTTP if pool.tls is None else _HTTPS) or asks_each_by_name(pool):
        return host
    return f"[{host}]:{endpoint.port}" if ":" in host else f"{host}:{endpoint.port}"


def asks_each_by_name(pool: UpstreamPool) -> bool:
    """Whether each address of a TLS pool has a name of its own."""
    hosts = server_names(pool)
    return pool.tls is not None and len(hosts) > 1 and not any(is_address(host) for host in hosts)


def server_names(pool: UpstreamPool) -> list[str]:
    """The names that certificates must bear: the one that is set, or that of the Host, less its port."""
    if pool.tls is not None and pool.tls.server_name is not None:
        return [pool.tls.server_name]
    found = set()
    for endpoint in pool.endpoints:
        named = pool.host_header or endpoint.host
        host = named if is_address(named) else named.rsplit(":", 1)[0]
        found.add(host.strip("[]"))
    return sorted(found)
