"""Which path leads where, and what it asks for. A route asks for everything unless it says otherwise."""

from urllib.parse import urlsplit

from passgate.contracts.gateway_snapshot import GatewayService, GatewaySnapshot
from passgate.contracts.service_policy import Access
from passgate.gateway.compile.jwt import CREDENTIAL_HEADERS, OPTIONAL
from passgate.gateway.compile.path_tree import path_tree
from passgate.gateway.envoy import names
from passgate.gateway.envoy.layout import NodeLayout
from passgate.gateway.envoy.names import JsonObject, type_url

_OFF: JsonObject = {"@type": type_url("envoy.config.route.v3.FilterConfig"), "disabled": True}
_CONTROL_PREFIXES = ("/api", "/oauth2", "/.well-known", "/favicon.ico")
_IDLE = "300s"
_RETRIES = 2
_WEBSOCKET: JsonObject = {"upgrade_configs": [{"upgrade_type": "websocket", "enabled": True}]}

_NO_TOKEN = (
    names.JWT_FILTER,
    names.CLAIMS_FILTER,
    names.DENY_BASE_FILTER,
    names.DENY_DELTA_FILTER,
    names.REQUIRED_FILTER,
    names.SERVICES_FILTER,
    names.SUBSCRIPTION_FILTER,
)


def route_table(snapshot: GatewaySnapshot, layout: NodeLayout) -> JsonObject:
    """All routes of the node."""
    table: JsonObject = {
        "name": names.ROUTE_TABLE,
        "virtual_hosts": [
            {"name": "gate", "domains": ["*"], "matcher": path_tree(_routes_by_prefix(snapshot), _unknown())}
        ],
        "response_headers_to_remove": ["x-envoy-upstream-service-time"],
    }
    if layout.public_url is not None:
        table["request_headers_to_add"] = _seen_from_outside(layout.public_url)
    return table


def _routes_by_prefix(snapshot: GatewaySnapshot) -> dict[str, list[JsonObject]]:
    services = {service.base_path: _service(service) for service in snapshot.services}
    return (
        services
        | {"/v1": [_ai("/v1/")], "/v1beta": [_ai("/v1beta/")], "/v2/rerank": [_ai("/v2/rerank")], "/": [_home()]}
        | _health()
        | _control()
    )


def _seen_from_outside(public_url: str) -> list[JsonObject]:
    """What the world sees, where a balancer ends TLS before the gate."""
    parts = urlsplit(public_url)
    seen = {"x-forwarded-proto": parts.scheme, "x-forwarded-host": parts.netloc}
    return [
        {"append_action": "OVERWRITE_IF_EXISTS_OR_ADD", "header": {"key": key, "value": value}}
        for key, value in seen.items()
    ]


def _without(filters: tuple[str, ...]) -> JsonObject:
    return {"typed_per_filter_config": dict.fromkeys(filters, _OFF)}


def _health() -> dict[str, list[JsonObject]]:
    open_to_all = {"name": names.HEALTH_ROUTE, **_without(_NO_TOKEN)}
    alive: JsonObject = {
        "match": {"path": "/healthz"},
        "direct_response": {"status": 200, "body": {"inline_string": '{"status":"ok"}'}},
        "response_headers_to_add": [{"header": {"key": "content-type", "value": "application/json"}}],
        **open_to_all,
    }
    ready: JsonObject = {
        "match": {"path": "/readyz"},
        "route": {"cluster": names.WORKERS_CLUSTER, "timeout": "5s"},
        **open_to_all,
    }
    return {"/healthz": [alive], "/readyz": [ready]}


def _ai(prefix: str) -> JsonObject:
    """Any token may pass; which models it may use is the worker's to say."""
    return {
        "name": names.AI_ROUTE,
        "match": {"prefix": prefix},
        "route": {
            "cluster": names.WORKERS_CLUSTER,
            "timeout": "0s",
            "idle_timeout": _IDLE,
            "retry_policy": _other_host(),
        },
        "request_headers_to_remove": list(CREDENTIAL_HEADERS),
        # No service, so nothing that a token's list of services could be asked about.
        **_without((names.SERVICES_FILTER, names.SUBSCRIPTION_FILTER)),
    }


def _control() -> dict[str, list[JsonObject]]:
    """Control checks for itself who calls; the console's socket stays open as long as the page does."""
    brief: JsonObject = {"cluster": names.CONTROL_CLUSTER, "timeout": "60s"}
    console: JsonObject = {"cluster": names.CONTROL_CLUSTER, "timeout": "0s", "idle_timeout": "3600s", **_WEBSOCKET}
    actions = {**dict.fromkeys(_CONTROL_PREFIXES, brief), "/console": console}
    unlogged = {"append_action": "OVERWRITE_IF_EXISTS_OR_ADD", "header": {"key": names.UNLOGGED_HEADER, "value": "1"}}
    common = {"name": names.CONTROL_ROUTE, "request_headers_to_add": [unlogged], **_without(_NO_TOKEN)}
    return {
        prefix: [{"match": {"path_separated_prefix": prefix}, "route": action, **common}]
        for prefix, action in actions.items()
    }


def _home() -> JsonObject:
    # Relative, since only the browser knows the scheme and host that it came by.
    location = {"append_action": "OVERWRITE_IF_EXISTS_OR_ADD", "header": {"key": "location", "value": "/console/"}}
    return {
        "name": names.CONTROL_ROUTE,
        "match": {"path": "/"},
        "direct_response": {"status": 302},
        "response_headers_to_add": [location],
        **_without(_NO_TOKEN),
    }


def _service(service: GatewayService) -> list[JsonObject]:
    """The base path itself, and all below it; never a path that merely begins alike."""
    base, prefix = service.base_path, service.upstream.path_prefix
    kept = prefix if service.strip_base_path else prefix + base
    exact, below = (base, kept or "/"), (f"{base}/", f"{kept}/")
    common = _service_parts(service)
    return [
        {**common, "match": {"path": exact[0]}, "route": {**_action(service), **_rewrite(*exact)}},
        {**common, "match": {"prefix": below[0]}, "route": {**_action(service), **_rewrite(*below)}},
    ]


def _rewrite(path: str, wanted: str) -> JsonObject:
    return {} if path == wanted else {"prefix_rewrite": wanted}


def _service_parts(service: GatewayService) -> JsonObject:
    parts: JsonObject = {
        "name": names.REST_ROUTE,
        "metadata": {"filter_metadata": {names.METADATA_NAMESPACE: {names.SERVICE_KEY: service.id}}},
        **_needs(service.access),
    }
    if service.access == "public":
        # An upstream open to all may have credentials of its own; ours are cut off by the optional JWT check.
        return {**parts, "request_headers_to_remove": [names.CLAIMS_HEADER, names.FOREIGN_CLAIMS_HEADER]}
    return {**parts, "request_headers_to_remove": list(CREDENTIAL_HEADERS)}


def _needs(access: Access) -> JsonObject:
    if access == "subscription":
        return {}
    if access == "token":
        return _without((names.SUBSCRIPTION_FILTER,))
    off = _without(tuple(name for name in _NO_TOKEN if name != names.JWT_FILTER))["typed_per_filter_config"]
    url = type_url("envoy.extensions.filters.http.jwt_authn.v3.PerRouteConfig")
    return {"typed_per_filter_config": {**off, names.JWT_FILTER: {"@type": url, "requirement_name": OPTIONAL}}}


def _action(service: GatewayService) -> JsonObject:
    upstream = service.upstream
    host = {"host_rewrite_literal": upstream.host_header} if upstream.host_header else {"auto_host_rewrite": True}
    return {
        "cluster": names.service_cluster(service.id),
        "timeout": f"{upstream.timeout_ms / 1000:.3f}s",
        "idle_timeout": _IDLE,
        "retry_policy": _other_host(),
        **host,
        **_WEBSOCKET,
    }


def _other_host() -> JsonObject:
    """Only where nothing of the call has reached an upstream, so that none is done twice."""
    url = type_url("envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate")
    return {
        "retry_on": "connect-failure,refused-stream,reset-before-request",
        "num_retries": _RETRIES,
        "retry_host_predicate": [{"name": "other_host", "typed_config": {"@type": url}}],
        "host_selection_retry_max_attempts": 3,
    }


def _unknown() -> JsonObject:
    """Nothing here: said without asking for a token."""
    return {
        "name": names.UNKNOWN_ROUTE,
        "match": {"prefix": "/"},
        "direct_response": {"status": 404},
        **_without(_NO_TOKEN),
    }
