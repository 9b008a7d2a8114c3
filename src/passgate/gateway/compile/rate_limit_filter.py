"""What Envoy tells the counters of a call: which limits its route has, and who calls."""

from passgate.contracts.trusted_issuer import TrustedIssuer
from passgate.gateway.compile.route_policies import RoutePolicies
from passgate.gateway.envoy import names
from passgate.gateway.envoy.names import JsonObject, type_url
from passgate.gateway.rate_limits import rules
from passgate.gateway.rate_limits.rules import RateRule

_PER_ROUTE = type_url("envoy.extensions.filters.http.ratelimit.v3.RateLimitPerRoute")
_NONE = "-"
"""Envoy makes no descriptor of an empty value."""


def rate_limit_filter(
    service_id: str, policies: RoutePolicies, issuers: tuple[TrustedIssuer, ...], *, planned: bool
) -> JsonObject | None:
    """The filter's configuration for a route; None where nothing is counted.

    Args:
        service_id: of the route.
        policies: of the route.
        issuers: trusted ones.
        planned: whether a plan of the service sets a rate.
    """
    limits = [RateRule(one.scope, one.policy.per, one.policy.calls, one.policy.window) for one in policies.limits]
    if not limits and not planned:
        return None
    actions = [
        _fixed(rules.SERVICE_KEY, service_id),
        {"remote_address": {}},
        _claim(rules.APPLICATION_KEY, names.PAYLOAD_KEY, "client_id"),
        _claim(rules.SUBJECT_KEY, names.PAYLOAD_KEY, "sub"),
        _claim(rules.TOKEN_KEY, names.PAYLOAD_KEY, "jti"),
    ]
    if limits:
        actions.append(_fixed(rules.LIMITS_KEY, rules.written(limits)))
    for issuer in issuers:
        found = {
            rules.APPLICATION_KEY: issuer.application_claim or "iss",
            rules.SUBJECT_KEY: "sub",
            rules.TOKEN_KEY: "jti",
        }
        actions += [_claim(f"{key}:{issuer.id}", issuer.id, claim) for key, claim in found.items()]
    return {"@type": _PER_ROUTE, "rate_limits": [{"actions": actions}]}


def own_rate_filter() -> JsonObject:
    """Asks for the rates that a token states itself; of a call to no service, or with a token without, nothing."""
    service = {"key": names.METADATA_NAMESPACE, "path": [{"key": names.SERVICE_KEY}]}
    rates = {"key": names.JWT_NAMESPACE, "path": [{"key": names.PAYLOAD_KEY}, {"key": names.RATES_CLAIM}]}
    actions = [
        {"metadata": {"descriptor_key": "called", "metadata_key": service, "source": "ROUTE_ENTRY"}},
        {"metadata": {"descriptor_key": rules.RATES_KEY, "metadata_key": rates, "source": "DYNAMIC"}},
    ]
    return {"@type": _PER_ROUTE, "rate_limits": [{"actions": actions}]}


def _fixed(key: str, value: str) -> JsonObject:
    return {"generic_key": {"descriptor_key": key, "descriptor_value": value}}


def _claim(key: str, part: str, claim: str) -> JsonObject:
    """The claim; an action whose claim is missing is passed over, and the others are told all the same."""
    path = [{"key": part}, *({"key": one} for one in claim.split("."))]
    return {
        "metadata": {
            "descriptor_key": key,
            "metadata_key": {"key": names.JWT_NAMESPACE, "path": path},
            "source": "DYNAMIC",
            "skip_if_absent": True,
        }
    }
