"""Names of routes, and the filters that a route passes by."""

from passgate.gateway.envoy import names
from passgate.gateway.envoy.names import JsonObject, type_url

OFF: JsonObject = {"@type": type_url("envoy.config.route.v3.FilterConfig"), "disabled": True}

NO_TOKEN = (
    names.JWT_FILTER,
    names.CLAIMS_FILTER,
    names.DENY_BASE_FILTER,
    names.DENY_DELTA_FILTER,
    names.REQUIRED_FILTER,
    names.SERVICES_FILTER,
    names.SUBSCRIPTION_FILTER,
    names.OWN_RATE_FILTER,
)
"""The filters that ask for a token, and what of it."""

OFF_FOR_ANSWERS = (names.JWT_FILTER, names.REQUIRED_FILTER, names.SUBSCRIPTION_FILTER)
"""Of these, those that refuse a call for what it lacks: an answer of the gate's own needs no more switched off. The
others find nothing to look up, and each that is named costs a quarter of a kilobyte in every such route."""


def route_name(kind: str, version_id: str, revision_id: str = "", route_id: str = "") -> str:
    """A route of a service, as the access log names it; the kind and the ids hold no ``|``, the route's may."""
    return names.ROUTE_SEPARATOR.join([kind, version_id, revision_id, route_id])


def without(filters: tuple[str, ...]) -> JsonObject:
    """Switches filters off."""
    return {"typed_per_filter_config": dict.fromkeys(filters, OFF)}
