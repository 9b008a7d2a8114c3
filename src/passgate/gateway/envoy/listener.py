"""The one public listener. It is written at start and never changes: a change would cut streams."""

from passgate.contracts.published_service import MOST_CERTIFICATES
from passgate.gateway.envoy import names
from passgate.gateway.envoy.access_log import access_log
from passgate.gateway.envoy.error_formats import SERVICE_FORMATS
from passgate.gateway.envoy.filters import ADS, http_filters
from passgate.gateway.envoy.layout import NodeLayout
from passgate.gateway.envoy.local_replies import local_reply_config
from passgate.gateway.envoy.names import JsonObject, type_url

_IDLE_STREAM = "300s"
_OWNER_ONLY = 0o600
_LARGEST_HEADERS_KB = 256
"""The codec's limit; above it the path is unknown, and so is the caller's format."""
_ONLY_OURS = (
    names.CLAIMS_HEADER,
    names.FOREIGN_CLAIMS_HEADER,
    names.UNLOGGED_HEADER,
    names.PROMPT_HEADER,
    names.MOCK_HEADER,
    names.SERVER_TOOL_HEADER,
    names.ROUTE_HEADER,
    names.UPSTREAM_TOKEN_HEADER,
    names.CACHED_HEADER,
    names.HASH_HEADER,
)


_REQUEST_ID: JsonObject = {
    "append": {
        "append_action": "OVERWRITE_IF_EXISTS_OR_ADD",
        "header": {"key": "x-request-id", "value": "%START_TIME(%s%3f)%-%UNIQUE_ID%"},
    }
}
"""Ids that begin with the moment (milliseconds since 1970), whatever the client sent: calls are stored by their ids,
and ids by chance, as Envoy's own are, would change another page of the index with each call."""


def listener(layout: NodeLayout) -> JsonObject:
    """The listener in its JSON form."""
    chain: JsonObject = {"filters": [{"name": "http", "typed_config": connection_manager(layout)}]}
    if layout.has_tls:
        chain["transport_socket"] = _tls()
    return {
        "name": "public",
        "address": {"socket_address": _address(layout)},
        # Two processes on one port would share its calls, the older one with an older deny list.
        "enable_reuse_port": False,
        "filter_chains": [chain],
    }


def inner_listener(layout: NodeLayout) -> JsonObject:
    """The same gate on a Unix socket, for workers that call a service for a caller.

    Who calls is the address that the worker names in X-Forwarded-For, so that rules on addresses hold for the caller.
    """
    manager = {
        **connection_manager(layout),
        "use_remote_address": False,
        "xff_num_trusted_hops": 0,
        "local_reply_config": local_reply_config(layout.public_url, SERVICE_FORMATS),
        "early_header_mutation_extensions": [_first_changes(_ONLY_OURS)],
    }
    return {
        "name": "inner",
        "address": {"pipe": {"path": str(layout.inner_socket), "mode": _OWNER_ONLY}},
        "filter_chains": [{"filters": [{"name": "http", "typed_config": manager}]}],
    }


def connection_manager(layout: NodeLayout) -> JsonObject:
    """What every connection is held to."""
    return {
        "@type": type_url("envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"),
        "stat_prefix": "public",
        "use_remote_address": True,
        **({"xff_num_trusted_hops": layout.trusted_proxies} if layout.trusted_proxies else {}),
        "normalize_path": True,
        "merge_slashes": True,
        "path_with_escaped_slashes_action": "REJECT_REQUEST",
        "generate_request_id": False,
        "always_set_request_id_in_response": True,
        "server_header_transformation": "PASS_THROUGH",
        "max_request_headers_kb": _LARGEST_HEADERS_KB,
        "request_headers_timeout": "10s",
        "stream_idle_timeout": _IDLE_STREAM,
        "common_http_protocol_options": {"headers_with_underscores_action": "REJECT_REQUEST", "idle_timeout": "3600s"},
        "upgrade_configs": [{"upgrade_type": "websocket", "enabled": False}],
        "early_header_mutation_extensions": [_first_changes((*_ONLY_OURS, names.SERVER_HEADER))],
        "access_log": [access_log(layout)],
        "local_reply_config": local_reply_config(layout.public_url),
        "http_filters": http_filters(),
        "rds": {"route_config_name": names.ROUTE_TABLE, "config_source": ADS},
    }


def _first_changes(headers: tuple[str, ...]) -> JsonObject:
    """Cuts off what only the gate may say, and gives the call its id, before any route or filter sees it."""
    return {
        "name": "only_ours",
        "typed_config": {
            "@type": type_url("envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation"),
            "mutations": [*({"remove": name} for name in headers), _REQUEST_ID],
        },
    }


def _address(layout: NodeLayout) -> JsonObject:
    host = {"localhost": "127.0.0.1", "": "0.0.0.0"}.get(layout.host, layout.host)  # noqa: S104  # what the operator asked for
    address: JsonObject = {"address": host, "port_value": layout.port}
    return {**address, "ipv4_compat": True} if host == "::" else address


def _tls() -> JsonObject:
    """Each certificate is a secret of its own, so that a new one is taken without a restart, and no stream is cut.

    Envoy picks by the names in them, and the first where a client asks for none that is there.
    """
    places = [names.host_certificate(place) for place in range(1, MOST_CERTIFICATES + 1)]
    secrets = [{"name": name, "sds_config": ADS} for name in (names.LISTENER_CERTIFICATE, *places)]
    return {
        "name": "tls",
        "typed_config": {
            "@type": type_url("envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext"),
            "common_tls_context": {
                "alpn_protocols": ["h2", "http/1.1"],
                "tls_params": {"tls_minimum_protocol_version": "TLSv1_2"},
                "tls_certificate_sds_secret_configs": secrets,
            },
        },
    }
