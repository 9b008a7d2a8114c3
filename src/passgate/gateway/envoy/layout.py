"""Where a node's processes meet: ports, sockets and files."""

from dataclasses import dataclass
from pathlib import Path

from passgate.kernel.errors import PassgateError

_LONGEST_SOCKET = 107
"""Bytes of a Unix socket's path, less the closing zero (``sun_path`` of unix(7) has 108; macOS has 104)."""


class LayoutError(PassgateError):
    """A layout that no node can start with."""

    code = "node_layout"


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeLayout:
    """All that Envoy's configuration needs to know of its node; fixed while the node runs.

    Attributes:
        name: the node's name, as the console shows it.
        host: the address to listen on, an IP address or ``localhost``.
        port: the public port.
        control_socket: Unix socket of the control process.
        worker_sockets: Unix sockets of the inference workers.
        ads_socket: Unix socket of our ADS server.
        admin_socket: Unix socket of Envoy's own admin interface.
        access_log: file that gets one JSON line per call.
        ca_bundle: PEM file of the certificate authorities that TLS upstreams are checked against.
        concurrency: Envoy's worker threads.
        tls_certificate: PEM file of the listener's certificate chain; None: plain HTTP.
        tls_key: PEM file of its private key.
        public_url: the URL under which the world reaches the gate, where that is not what Envoy itself sees (behind a
            balancer that ends TLS); upstreams are told its scheme and host.
        trusted_proxies: how many proxies in front of the gate add the address that they see to X-Forwarded-For.
    """

    name: str
    host: str
    port: int
    control_socket: Path
    worker_sockets: tuple[Path, ...]
    ads_socket: Path
    admin_socket: Path
    access_log: Path
    ca_bundle: Path
    concurrency: int = 1
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    public_url: str | None = None
    trusted_proxies: int = 0

    def __post_init__(self) -> None:
        """Refuse what would fail later with a worse message."""
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise LayoutError("TLS needs both a certificate and a key.", field="tls_certificate")
        if not self.worker_sockets:
            raise LayoutError("A node needs at least one worker.", field="worker_sockets")
        for path in (self.control_socket, *self.worker_sockets, self.ads_socket, self.admin_socket):
            if len(str(path).encode()) > _LONGEST_SOCKET:
                raise LayoutError(
                    f"The path {path} is too long for a Unix socket ({_LONGEST_SOCKET} bytes): "
                    "choose a runtime folder with a shorter path.",
                    field="runtime_dir",
                )

    @property
    def rate_limit_socket(self) -> Path:
        """Unix socket of the counters of rate limits, beside that of the ADS server."""
        return self.ads_socket.with_name("limits.sock")

    @property
    def inner_socket(self) -> Path:
        """Unix socket at which workers call the gate for a caller, beside that of the ADS server."""
        return self.ads_socket.with_name("gate.sock")

    @property
    def cached_socket(self) -> Path:
        """Unix socket at which workers ask an upstream for an answer that they may keep, beside it as well."""
        return self.ads_socket.with_name("cached.sock")

    @property
    def has_tls(self) -> bool:
        """Whether the listener speaks TLS."""
        return self.tls_certificate is not None
