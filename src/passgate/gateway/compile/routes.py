"""Which path leads where, and what it asks for. A route asks for everything unless it says otherwise."""

from urllib.parse import urlsplit

from passgate.contracts.gateway_snapshot import GatewaySnapshot
from passgate.gateway.compile.host_table import virtual_hosts
from passgate.gateway.compile.jwt import CREDENTIAL_HEADERS, KEPT
from passgate.gateway.compile.kept_parts import KeptParts
from passgate.gateway.compile.path_tree import fixed_blocks
from passgate.gateway.compile.rate_limit_filter import own_rate_filter
from passgate.gateway.compile.route_actions import UNTOUCHED, other_host
from passgate.gateway.compile.route_filters import GateFacts
from passgate.gateway.compile.route_names import NO_TOKEN, OFF_FOR_ANSWERS, without
from passgate.gateway.compile.server_routes import server_routes
from passgate.gateway.compile.service_answers import APART
from passgate.gateway.envoy import names
from passgate.gateway.envoy.layout import NodeLayout
from passgate.gateway.envoy.names import JsonObject, type_url

_CONTROL_PREFIXES = ("/api", "/oauth2", "/.well-known", "/favicon.ico")
_AI_PREFIXES = ("/v1", "/v1beta", "/providers")
_IDLE = "300s"
_WEBSOCKET: JsonObject = {"upgrade_configs": [{"upgrade_type": "websocket", "enabled": True}]}


def route_table(snapshot: GatewaySnapshot, layout: NodeLayout, kept: KeptParts) -> JsonObject:
    """All routes of the node."""
    own = fixed_blocks(_routes_by_prefix(snapshot, layout))
    table: JsonObject = {
        "name": names.ROUTE_TABLE,
        "virtual_hosts": virtual_hosts(snapshot.published, facts_of(snapshot), own, _unknown(), kept),
        "ignore_port_in_host_matching": True,
        "response_headers_to_remove": ["x-envoy-upstream-service-time"],
        # Last of all lists of changes, so that a route has put the token where its upstream looks for it.
        "request_headers_to_remove": [names.UPSTREAM_TOKEN_HEADER],
    }
    if snapshot.own_rates:
        # Of the whole table, so that a call to whichever service asks; routes without a service switch it off.
        table["typed_per_filter_config"] = {names.OWN_RATE_FILTER: own_rate_filter()}
    if layout.public_url is not None:
        table["request_headers_to_add"] = _seen_from_outside(layout.public_url)
    return table


def facts_of(snapshot: GatewaySnapshot) -> GateFacts:
    """What routes depend on besides their service."""
    return GateFacts(
        trusted=snapshot.trusted_issuers,
        planned=frozenset(one.service_id for one in snapshot.subscriptions if one.rates),
    )


def _routes_by_prefix(snapshot: GatewaySnapshot, layout: NodeLayout) -> dict[str, list[JsonObject]]:
    caller = _caller(layout)
    return (
        {prefix: [_ai(f"{prefix}/")] for prefix in _AI_PREFIXES}
        | {"/v2/rerank": [_ai("/v2/rerank")], "/": [_home()]}
        | {"/mcp": [_tools(caller)]}
        | server_routes(snapshot.published)
        | _health()
        | _control(caller)
    )


_OFF_WITHOUT_SERVICE = (names.SERVICES_FILTER, names.SUBSCRIPTION_FILTER, names.OWN_RATE_FILTER)
"""No service, so nothing that a token's list of services could be asked about; its calls a minute the worker counts."""


def _caller(layout: NodeLayout) -> list[JsonObject]:
    """Who calls, for control and workers: they go by the header's last address, which behind proxies is a proxy's."""
    if not layout.trusted_proxies:
        return []
    address = {"key": "x-forwarded-for", "value": "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%"}
    return [{"append_action": "OVERWRITE_IF_EXISTS_OR_ADD", "header": address}]


def _seen_from_outside(public_url: str) -> list[JsonObject]:
    """What the world sees, where a balancer ends TLS before the gate."""
    parts = urlsplit(public_url)
    seen = {"x-forwarded-proto": parts.scheme, "x-forwarded-host": parts.netloc}
    return [
        {"append_action": "OVERWRITE_IF_EXISTS_OR_ADD", "header": {"key": key, "value": value}}
        for key, value in seen.items()
    ]


def _health() -> dict[str, list[JsonObject]]:
    open_to_all = {"name": names.HEALTH_ROUTE, **without(NO_TOKEN)}
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
            "retry_policy": other_host(UNTOUCHED, 2),
        },
        "request_headers_to_remove": list(CREDENTIAL_HEADERS),
        "response_headers_to_add": [APART],  # a vendor's answer may be a page, too
        **without(_OFF_WITHOUT_SERVICE),
    }


def _tools(caller: list[JsonObject]) -> JsonObject:
    """Tools for agents: the worker calls the gate again for each, with the token, which is nobody else's to see."""
    url = type_url("envoy.extensions.filters.http.jwt_authn.v3.PerRouteConfig")
    off = without(_OFF_WITHOUT_SERVICE)["typed_per_filter_config"]
    return {
        "name": names.MCP_ROUTE,
        "match": {"path_separated_prefix": "/mcp"},
        "route": {"cluster": names.WORKERS_CLUSTER, "timeout": "0s", "idle_timeout": _IDLE},
        "request_headers_to_remove": [name for name in CREDENTIAL_HEADERS if name != "authorization"],
        **({"request_headers_to_add": caller} if caller else {}),
        "typed_per_filter_config": {**off, names.JWT_FILTER: {"@type": url, "requirement_name": KEPT}},
    }


def _control(caller: list[JsonObject]) -> dict[str, list[JsonObject]]:
    """Control checks for itself who calls; the console's socket stays open as long as the page does."""
    brief: JsonObject = {"cluster": names.CONTROL_CLUSTER, "timeout": "60s"}
    console: JsonObject = {"cluster": names.CONTROL_CLUSTER, "timeout": "0s", "idle_timeout": "3600s", **_WEBSOCKET}
    actions = {**dict.fromkeys(_CONTROL_PREFIXES, brief), "/console": console}
    unlogged = {"append_action": "OVERWRITE_IF_EXISTS_OR_ADD", "header": {"key": names.UNLOGGED_HEADER, "value": "1"}}
    common = {"name": names.CONTROL_ROUTE, "request_headers_to_add": [unlogged, *caller], **without(NO_TOKEN)}
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
        **without(NO_TOKEN),
    }


def _unknown() -> JsonObject:
    """Nothing here: said without asking for a token."""
    return {
        "name": names.UNKNOWN_ROUTE,
        "match": {"prefix": "/"},
        "direct_response": {"status": 404},
        **without(OFF_FOR_ANSWERS),
    }
