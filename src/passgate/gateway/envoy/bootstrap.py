"""Envoy's start-up file: the listener, the way to our ADS server, and nothing that daily work changes."""

from pathlib import Path

from passgate.gateway.envoy import names
from passgate.gateway.envoy.cached_listener import cached_listener
from passgate.gateway.envoy.layout import NodeLayout
from passgate.gateway.envoy.listener import inner_listener, listener
from passgate.gateway.envoy.names import JsonObject, type_url

_STATISTICS = (
    "server.",
    "listener_manager.",
    "cluster_manager.",
    "http.public.downstream_cx_active",
    "http.public.downstream_rq_active",
    "http.public.rds.routes.",
    "filesystem.write_failed",
)
"""All that anybody reads. Each cluster would have some hundred more, which cost memory, and time in every call."""
_LARGEST_REGEX = "re2.max_program_size.error_level"
_REGEX_STEPS = 1_000_000
"""Of RE2's compiled form. Envoy's own bound of 100 refuses one expression for the paths of twenty operations, and the
whole snapshot with it. An expression takes time in proportion to the path, whatever its size, and is ours."""
_MOST_CONNECTIONS = 50_000
_FREED_BYTES_A_SECOND = 4 * 1024 * 1024
"""Given back to the system: a new route table is read beside the old one, and what that took is not needed again."""
_OWNER_ONLY = 0o600


def bootstrap(layout: NodeLayout) -> JsonObject:
    """The whole file in its JSON form; write it with ``json.dumps`` and hand its path to ``envoy_command``."""
    return {
        "node": {"id": layout.name, "cluster": "passgate"},
        "admin": {"address": {"pipe": {"path": str(layout.admin_socket), "mode": _OWNER_ONLY}}},
        "dynamic_resources": {
            "ads_config": {
                "api_type": "DELTA_GRPC",
                "transport_api_version": "V3",
                "set_node_on_first_message_only": True,
                "grpc_services": [{"envoy_grpc": {"cluster_name": names.ADS_CLUSTER}}],
            },
            "cds_config": {"ads": {}, "resource_api_version": "V3", "initial_fetch_timeout": "0s"},
        },
        "static_resources": {
            "clusters": [
                _grpc_cluster(names.ADS_CLUSTER, layout.ads_socket),
                _grpc_cluster(names.RATE_LIMIT_CLUSTER, layout.rate_limit_socket),
            ],
            "listeners": [listener(layout), inner_listener(layout), cached_listener(layout)],
        },
        "stats_config": {"stats_matcher": {"inclusion_list": {"patterns": [{"prefix": name} for name in _STATISTICS]}}},
        # A cluster that nobody calls costs a worker nothing, and has no numbers.
        "cluster_manager": {"enable_deferred_cluster_creation": True},
        "deferred_stat_options": {"enable_deferred_creation_stats": True},
        "memory_allocator_manager": {
            "bytes_to_release": _FREED_BYTES_A_SECOND,
            "memory_release_interval": "1s",
        },
        "overload_manager": {"resource_monitors": [_connection_limit()]},
        "layered_runtime": {"layers": [{"name": "fixed", "static_layer": {_LARGEST_REGEX: _REGEX_STEPS}}]},
    }


def _grpc_cluster(name: str, socket: Path) -> JsonObject:
    http2 = {"connection_keepalive": {"interval": "5s", "timeout": "5s"}}
    return {
        "name": name,
        "type": "STATIC",
        "connect_timeout": "1s",
        "load_assignment": {
            "cluster_name": name,
            "endpoints": [{"lb_endpoints": [{"endpoint": {"address": {"pipe": {"path": str(socket)}}}}]}],
        },
        "typed_extension_protocol_options": {
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
                "@type": type_url("envoy.extensions.upstreams.http.v3.HttpProtocolOptions"),
                "explicit_http_config": {"http2_protocol_options": http2},
            }
        },
    }


def _connection_limit() -> JsonObject:
    return {
        "name": "envoy.resource_monitors.global_downstream_max_connections",
        "typed_config": {
            "@type": type_url(
                "envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig"
            ),
            "max_active_downstream_connections": _MOST_CONNECTIONS,
        },
    }
