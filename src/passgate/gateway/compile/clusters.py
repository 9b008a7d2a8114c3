"""Where calls go within the node: control, and the workers."""

from pathlib import Path

from passgate.gateway.envoy import names
from passgate.gateway.envoy.layout import NodeLayout
from passgate.gateway.envoy.names import JsonObject

_MANY = 100_000
_UNBOUNDED: JsonObject = {
    "max_connections": _MANY,
    "max_pending_requests": _MANY,
    "max_requests": _MANY,
    "max_retries": _MANY,
}
"""Streams are many and long; what bounds calls is a limit of the gate, not a pool's size."""


def control_cluster(layout: NodeLayout) -> JsonObject:
    """The control process, behind its socket."""
    return _local(names.CONTROL_CLUSTER, (layout.control_socket,))


def workers_cluster(layout: NodeLayout) -> JsonObject:
    """The inference workers, the least busy first."""
    return {**_local(names.WORKERS_CLUSTER, layout.worker_sockets), "lb_policy": "LEAST_REQUEST"}


def _local(name: str, sockets: tuple[Path, ...]) -> JsonObject:
    addresses = [{"endpoint": {"address": {"pipe": {"path": str(path)}}}} for path in sockets]
    return {
        "name": name,
        "type": "STATIC",
        "connect_timeout": "1s",
        "circuit_breakers": {"thresholds": [_UNBOUNDED]},
        "load_assignment": {"cluster_name": name, "endpoints": [{"lb_endpoints": addresses}]},
    }
