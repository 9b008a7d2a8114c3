"""The filter chain that every call passes, in order. It is part of the listener and never changes in daily work.

What changes travels alone, by extension discovery (ECDS): the JWT filter, what is asked of tokens, both deny lists and
the subscriptions. With one of them missing the port stays closed. Filters of policies are switched off here, and on by
the routes that have the policy, so that other calls pay nothing for them.
"""

from passgate.gateway.envoy import names
from passgate.gateway.envoy.names import JsonObject, type_url
from passgate.gateway.envoy.switched_filters import filters_after_access, filters_before_token
from passgate.gateway.envoy.token_services import token_services_filter

ADS: JsonObject = {"ads": {}, "resource_api_version": "V3", "initial_fetch_timeout": "0s"}
"""Configuration that comes over ADS, waited for without end: no configuration, no service."""


def http_filters() -> list[JsonObject]:
    """All filters, first to last."""
    return [
        *filters_before_token(),
        _discovered(names.JWT_FILTER, names.JWT_AUTHN),
        _discovered(names.CLAIMS_FILTER, names.SET_STATE),
        _discovered(names.DENY_BASE_FILTER, names.RBAC),
        _discovered(names.DENY_DELTA_FILTER, names.RBAC),
        _discovered(names.REQUIRED_FILTER, names.RBAC),
        {"name": names.SERVICES_FILTER, "typed_config": token_services_filter()},
        _discovered(names.SUBSCRIPTION_FILTER, names.RBAC),
        *filters_after_access(),
        {"name": "router", "typed_config": _router()},
    ]


def _router() -> JsonObject:
    """Sends calls on, without statistics that nobody reads: they cost a tenth of Envoy's work for a call."""
    return {"@type": type_url("envoy.extensions.filters.http.router.v3.Router"), "dynamic_stats": False}


def _discovered(name: str, url: str) -> JsonObject:
    return {"name": name, "config_discovery": {"config_source": ADS, "type_urls": [url]}}
