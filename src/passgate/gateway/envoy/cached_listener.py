"""The way of workers to the upstreams of services with a response cache.

Such a call has passed all checks and changes of the public listener when the worker gets it; what is left is to bring
it to its pool. So there is one route for all, to the cluster that the worker names, with no filters but those that
say how it is tried and where, and nothing is logged: the call is, at the public listener.
"""

from passgate.contracts.cached_route import TRIES
from passgate.gateway.envoy import names
from passgate.gateway.envoy.error_formats import SERVICE_FORMATS
from passgate.gateway.envoy.layout import NodeLayout
from passgate.gateway.envoy.local_replies import local_reply_config
from passgate.gateway.envoy.names import JsonObject, type_url

_OWNER_ONLY = 0o600
_IDLE_STREAM = "300s"
_LARGEST_HEADERS_KB = 256
_OTHER_HOST_PICKS = 12
"""As often as on other routes."""


def cached_listener(layout: NodeLayout) -> JsonObject:
    """The listener in its JSON form."""
    manager: JsonObject = {
        "@type": type_url("envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"),
        "stat_prefix": "cached",
        # Who calls stands in X-Forwarded-For, as the public listener has written it.
        "use_remote_address": False,
        "generate_request_id": False,
        "server_header_transformation": "PASS_THROUGH",
        "max_request_headers_kb": _LARGEST_HEADERS_KB,
        "stream_idle_timeout": _IDLE_STREAM,
        "common_http_protocol_options": {"idle_timeout": "3600s"},
        "local_reply_config": local_reply_config(layout.public_url, SERVICE_FORMATS),
        "http_filters": [
            {"name": "tries", "typed_config": _tries()},
            {"name": names.HASH_FILTER, "typed_config": _hash()},
            {"name": "router", "typed_config": _router()},
        ],
        "route_config": {
            "name": "cached",
            "virtual_hosts": [{"name": "cached", "domains": ["*"], "routes": _routes()}],
            "response_headers_to_remove": ["x-envoy-upstream-service-time"],
        },
    }
    return {
        "name": "cached",
        "address": {"pipe": {"path": str(layout.cached_socket), "mode": _OWNER_ONLY}},
        "filter_chains": [{"filters": [{"name": "http", "typed_config": manager}]}],
    }


def _routes() -> list[JsonObject]:
    predicate = type_url("envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate")
    action: JsonObject = {
        "cluster_header": names.CLUSTER_HEADER,
        "timeout": "0s",
        "idle_timeout": "0s",  # the public listener's route has one
        "retry_policy": {
            "retry_host_predicate": [{"name": "other_host", "typed_config": {"@type": predicate}}],
            "host_selection_retry_max_attempts": _OTHER_HOST_PICKS,
        },
        "hash_policy": [{"filter_state": {"key": names.HASH_STATE}}],
    }
    own = {"request_headers_to_remove": [names.CLUSTER_HEADER, names.HASH_HEADER, names.KEPT_HOST_HEADER]}
    kept = {"name": names.KEPT_HOST_HEADER, "present_match": True}
    return [
        {"match": {"prefix": "/", "headers": [kept]}, "route": action, **own},
        {"match": {"prefix": "/"}, "route": {**action, "auto_host_rewrite": True}, **own},
    ]


def _tries() -> JsonObject:
    """The worker's words in the headers that the router reads; it would not believe them if they came as these."""
    mutations: list[JsonObject] = []
    for name in TRIES:
        header = {"key": f"x-envoy-{name}", "value": f"%REQ(x-passgate-{name})%"}
        mutations += [
            {"append": {"header": header, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}},
            {"remove": f"x-passgate-{name}"},
        ]
    url = type_url("envoy.extensions.filters.http.header_mutation.v3.HeaderMutation")
    return {"@type": url, "mutations": {"request_mutations": mutations}}


def _hash() -> JsonObject:
    text = {"text_format_source": {"inline_string": f"%REQ({names.HASH_HEADER})%"}, "omit_empty_values": True}
    value: JsonObject = {
        "object_key": names.HASH_STATE,
        "factory_key": "envoy.hashable_string",
        "skip_if_empty": True,
        "format_string": text,
    }
    return {"@type": names.SET_STATE, "on_request_headers": [value]}


def _router() -> JsonObject:
    return {"@type": type_url("envoy.extensions.filters.http.router.v3.Router"), "dynamic_stats": False}
