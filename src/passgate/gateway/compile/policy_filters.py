"""Policies that are a filter of Envoy's, switched on by the routes that have them."""

from passgate.contracts.service_policy import BodyPolicy
from passgate.gateway.compile.route_policies import RoutePolicies
from passgate.gateway.envoy import names
from passgate.gateway.envoy.names import JsonObject, type_url

_FILTERS = "envoy.extensions.filters.http"


def switched_on(policies: RoutePolicies) -> JsonObject:
    """The filters' configurations for a route."""
    found: JsonObject = {}
    body = policies.get("body_size", BodyPolicy)
    if body is not None:
        found[names.BODY_SIZE_FILTER] = {
            "@type": type_url(f"{_FILTERS}.body_size_limit.v3.BodySizeLimit"),
            "max_request_bytes": body.max_bytes,
        }
    return found
