"""The filter chain that every call passes, in order. It is part of the listener and never changes in daily work.

What changes travels alone, by extension discovery (ECDS): the JWT filter, both deny lists and the subscriptions. With
one of them missing the port stays closed.
"""

from passgate.gateway.envoy import names
from passgate.gateway.envoy.names import JsonObject, type_url
from passgate.gateway.envoy.token_services import token_services_filter

ADS: JsonObject = {"ads": {}, "resource_api_version": "V3", "initial_fetch_timeout": "0s"}
"""Configuration that comes over ADS, waited for without end: no configuration, no service."""

_NEEDED = ("jti", "sub", "client_id")


def http_filters() -> list[JsonObject]:
    """All filters, first to last."""
    return [
        _discovered(names.JWT_FILTER, names.JWT_AUTHN),
        {"name": names.CLAIMS_FILTER, "typed_config": _claims()},
        _discovered(names.DENY_BASE_FILTER, names.RBAC),
        _discovered(names.DENY_DELTA_FILTER, names.RBAC),
        {"name": names.REQUIRED_FILTER, "typed_config": _required_claims()},
        {"name": names.SERVICES_FILTER, "typed_config": token_services_filter()},
        _discovered(names.SUBSCRIPTION_FILTER, names.RBAC),
        {"name": "router", "typed_config": _router()},
    ]


def _router() -> JsonObject:
    """Sends calls on, without statistics that nobody reads: they cost a tenth of Envoy's work for a call."""
    return {"@type": type_url("envoy.extensions.filters.http.router.v3.Router"), "dynamic_stats": False}


def _discovered(name: str, url: str) -> JsonObject:
    return {"name": name, "config_discovery": {"config_source": ADS, "type_urls": [url]}}


def _claims() -> JsonObject:
    """Copies what the matchers below look up: they read filter state; on metadata they would never match."""
    jti = _claim("jti")
    service = f"%METADATA(ROUTE:{names.METADATA_NAMESPACE}:{names.SERVICE_KEY})%"
    return {
        "@type": type_url("envoy.extensions.filters.http.set_filter_state.v3.Config"),
        "on_request_headers": [
            _state(names.JTI_STATE, jti),
            _state(names.SUBSCRIBER_STATE, f"{service}|{_claim('client_id')}"),
        ],
    }


def _claim(name: str) -> str:
    return f"%DYNAMIC_METADATA({names.JWT_NAMESPACE}:{names.PAYLOAD_KEY}:{name})%"


def _state(key: str, text: str) -> JsonObject:
    return {
        "object_key": key,
        "factory_key": "envoy.string",
        "skip_if_empty": True,
        "format_string": {"text_format_source": {"inline_string": text}, "omit_empty_values": True},
    }


def _required_claims() -> JsonObject:
    """Refuses tokens that a deny list or a subscription could not judge, and tokens of another kind (RFC 9068)."""
    policies = {f"claim_missing_{claim}": _lacks(names.PAYLOAD_KEY, claim, ".+") for claim in _NEEDED}
    policies["token_kind"] = _lacks(names.HEADER_KEY, "typ", "(?i)(application/)?at\\+jwt")
    return {"@type": names.RBAC, "rules": {"action": "DENY", "policies": policies}}


def _lacks(part: str, name: str, pattern: str) -> JsonObject:
    """Holds for a token whose field is missing, is no string, or does not match as a whole."""
    has = {
        "filter": names.JWT_NAMESPACE,
        "path": [{"key": part}, {"key": name}],
        "value": {"string_match": {"safe_regex": {"regex": pattern}}},
    }
    in_token = {"sourced_metadata": {"metadata_matcher": has, "metadata_source": "DYNAMIC"}}
    return {"permissions": [{"any": True}], "principals": [{"not_id": in_token}]}
