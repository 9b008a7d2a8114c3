"""Rules of a service's upstream URL, and what the gate makes of it."""

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

from passgate.contracts.upstream_pool import PoolEndpoint, PoolTls, UpstreamPool
from passgate.kernel.link_local import ends_in_a_number, is_link_local

_HOST = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)(\.(?!-)[A-Za-z0-9_-]{1,63}(?<!-))*")
_PATH = re.compile(r"(/([A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})+)*")
_HTTP = 80
_HTTPS = 443
_MAX_HOST = 253


def checked_upstream_url(value: str) -> str:
    """The URL without a slash at its end.

    Raises:
        ValueError: another scheme than http and https, no usable host or port, a credential, a query or a fragment.
    """
    url = value.rstrip("/")
    parts = _split(url)
    if parts.scheme not in {"http", "https"}:
        raise ValueError("an upstream URL starts with http:// or https://")
    if "@" in parts.netloc:
        raise ValueError("an upstream URL holds no credentials")
    if "?" in url or "#" in url:
        raise ValueError("an upstream URL has no query and no fragment")
    if not is_host(parts.hostname or ""):
        raise ValueError("an upstream URL names a host, such as http://orders.internal:8000")
    if not _PATH.fullmatch(parts.path) or {".", ".."} & set(parts.path.split("/")):
        raise ValueError("an upstream URL's path has plain segments, such as /api/v2")
    return url


def checked_host_header(value: str) -> str:
    """A host, with a port or not.

    Raises:
        ValueError: anything else.
    """
    try:
        parts = urlsplit(f"//{value}")
        port = parts.port
    except ValueError:
        port, parts = None, SplitResult("", "", "", "", "")
    if parts.netloc != value or "@" in value or value.endswith(":") or port == 0 or not is_host(parts.hostname or ""):
        raise ValueError("a Host header is a host name, with a port or not, such as orders.example.com:8443")
    return value


def pool_of(url: str, *, host_header: str | None, connect_timeout_ms: int) -> UpstreamPool:
    """The pool of a checked URL: one address."""
    parts = urlsplit(url)
    tls = parts.scheme == "https"
    endpoint = PoolEndpoint(host=parts.hostname or "", port=parts.port or (_HTTPS if tls else _HTTP))
    return UpstreamPool(
        endpoints=(endpoint,),
        tls=PoolTls() if tls else None,
        path_prefix=parts.path,
        host_header=host_header,
        connect_timeout_ms=connect_timeout_ms,
    )


def url_of(pool: UpstreamPool) -> str:
    """The URL of a pool's first address."""
    endpoint = pool.endpoints[0]
    scheme, usual = ("http", _HTTP) if pool.tls is None else ("https", _HTTPS)
    host = f"[{endpoint.host}]" if ":" in endpoint.host else endpoint.host
    port = "" if endpoint.port == usual else f":{endpoint.port}"
    return f"{scheme}://{host}{port}{pool.path_prefix}"


def is_host(host: str) -> bool:
    """Whether it is an address or a name in plain ASCII."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return len(host) <= _MAX_HOST and bool(_HOST.fullmatch(host)) and not ends_in_a_number(host)
    # A zone (RFC 6874) is a matter of one machine, and the gate has several.
    return "%" not in host and not is_link_local(host)


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError("an upstream URL has the form http://host[:port][/path]") from None
    if port == 0 or parts.netloc.endswith(":"):
        raise ValueError("an upstream URL's port is a number from 1 to 65535")
    return parts
