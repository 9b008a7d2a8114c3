"""Filters that judge what a service's policies, or a token itself, say: off until a route or the table has them on."""

from passgate.gateway.envoy import names
from passgate.gateway.envoy.changing_calls import SCRIPT_NAME, changing_script
from passgate.gateway.envoy.names import JsonObject, type_url

_FILTERS = "envoy.extensions.filters.http"
_RATE_LIMIT_SECONDS = "1s"
_ASK_SECONDS = "5s"
_LEAST_COMPRESSED = 1_024
_KEPT_BODY = 10 * 1024 * 1024


def filters_before_token() -> list[JsonObject]:
    """Those that judge a call before anybody looks for its token."""
    return [
        _off(names.ADDRESS_FILTER, {"@type": names.RBAC}),
        _off(names.CORS_FILTER, {"@type": type_url(f"{_FILTERS}.cors.v3.Cors")}),
    ]


def filters_after_access() -> list[JsonObject]:
    """Those that see only calls whose token is good, in the order in which they do."""
    return [
        _off(names.ACCESS_FILTER, {"@type": names.RBAC}),
        _off(
            names.BODY_SIZE_FILTER, {"@type": type_url(f"{_FILTERS}.buffer.v3.Buffer"), "max_request_bytes": _KEPT_BODY}
        ),
        _off(names.OWN_RATE_FILTER, _rate_limit()),
        _off(names.RATE_LIMIT_FILTER, _rate_limit()),
        _off(names.VALIDATION_FILTER, _asking_a_worker(names.VALIDATION_PATH)),
        _off(names.REQUEST_FILTER, _scripts()),
        _off(names.HASH_FILTER, {"@type": names.SET_STATE}),
        _off(names.UPSTREAM_TOKEN_FILTER, _asking_a_worker(names.UPSTREAM_TOKEN_PATH)),
        _off(names.FAULT_FILTER, {"@type": type_url(f"{_FILTERS}.fault.v3.HTTPFault")}),
        _off(names.BROTLI_FILTER, _compressor("brotli", "brotli.compressor.v3.Brotli")),
        _off(names.GZIP_FILTER, _compressor("gzip", "gzip.compressor.v3.Gzip")),
    ]


def _off(name: str, typed: JsonObject) -> JsonObject:
    return {"name": name, "typed_config": typed, "disabled": True}


def _rate_limit() -> JsonObject:
    """Asks the node's counters. Where these do not answer, limited calls are refused: a limit that is away is none."""
    service = {"envoy_grpc": {"cluster_name": names.RATE_LIMIT_CLUSTER}}
    return {
        "@type": type_url(f"{_FILTERS}.ratelimit.v3.RateLimit"),
        "domain": "passgate",
        "timeout": _RATE_LIMIT_SECONDS,
        "failure_mode_deny": True,
        "status_on_error": {"code": "ServiceUnavailable"},
        "disable_x_envoy_ratelimited_header": True,
        "rate_limit_service": {"grpc_service": service, "transport_api_version": "V3"},
    }


def asked_worker(path: str) -> JsonObject:
    """A question to a worker, who says by its status whether a call may go on, and what is put on it.

    Args:
        path: is put before the call's own.
    """
    anything = {"patterns": [{"safe_regex": {"regex": ".*"}}]}
    token = {"patterns": [{"exact": names.UPSTREAM_TOKEN_HEADER}]}
    return {
        "server_uri": {"uri": "http://workers", "cluster": names.WORKERS_CLUSTER, "timeout": _ASK_SECONDS},
        "path_prefix": path,
        "authorization_response": {"allowed_upstream_headers": token, "allowed_client_headers": anything},
    }


def _scripts() -> JsonObject:
    """The filter, which does nothing until a route names a script or gives it one. It never chooses the route anew."""
    return {
        "@type": type_url(f"{_FILTERS}.lua.v3.Lua"),
        "clear_route_cache": False,
        "source_codes": {SCRIPT_NAME: {"inline_string": changing_script()}},
    }


def _asking_a_worker(path: str) -> JsonObject:
    return {
        "@type": type_url(f"{_FILTERS}.ext_authz.v3.ExtAuthz"),
        "http_service": asked_worker(path),
        "allowed_headers": {"patterns": [{"safe_regex": {"regex": ".*"}}]},
        "transport_api_version": "V3",
        "status_on_error": {"code": "ServiceUnavailable"},
    }


def _compressor(name: str, message: str) -> JsonObject:
    return {
        "@type": type_url(f"{_FILTERS}.compressor.v3.Compressor"),
        # Of a route's policy Envoy takes no size.
        "response_direction_config": {"common_config": {"min_content_length": _LEAST_COMPRESSED}},
        "compressor_library": {
            "name": name,
            "typed_config": {"@type": type_url(f"envoy.extensions.compression.{message}")},
        },
    }
