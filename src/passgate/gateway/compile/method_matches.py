"""What a route matches of a method, and of the question that a browser asks before it uses one."""

from passgate.gateway.compile.route_names import NO_TOKEN, without
from passgate.gateway.envoy import names
from passgate.gateway.envoy.names import JsonObject


def with_methods(match: JsonObject, methods: tuple[str, ...]) -> JsonObject:
    """The match, for calls by one of the methods; none: by any."""
    if not methods:
        return match
    return {**match, "headers": [*match.get("headers", []), {"name": ":method", **_one_of(methods)}]}


def preflight_route(service_id: str, filters: JsonObject, match: JsonObject, methods: tuple[str, ...]) -> JsonObject:
    """A route for preflights of calls by one of the methods, less its name and path.

    Args:
        service_id: of the service.
        filters: that a preflight meets, by name.
        match: of the calls besides method and path.
        methods: of the calls that are asked about.
    """
    asked = [
        {"name": "origin", "present_match": True},
        {"name": "access-control-request-method", **_one_of(methods)},
    ]
    options = {"name": ":method", "string_match": {"exact": "OPTIONS"}}
    off = without(NO_TOKEN)["typed_per_filter_config"]
    return {
        "match": {**match, "headers": [*match.get("headers", []), options, *asked]},
        # The filter answers on routes to a cluster alone; nothing may go on from here.
        "route": {"cluster": names.NO_CLUSTER},
        "metadata": {"filter_metadata": {names.METADATA_NAMESPACE: {names.SERVICE_KEY: service_id}}},
        "typed_per_filter_config": {**off, **filters},
    }


def _one_of(methods: tuple[str, ...]) -> JsonObject:
    value = {"exact": methods[0]} if len(methods) == 1 else {"safe_regex": {"regex": "|".join(sorted(methods))}}
    return {"string_match": value}
