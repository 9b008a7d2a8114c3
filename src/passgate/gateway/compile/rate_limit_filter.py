"""What Envoy tells the counters of a call: which limits its route has, and who calls."""

from passgate.contracts.trusted_issuer import TrustedIssuer
from passgate.gateway.compile.route_policies import RoutePolicies
from passgate.gateway.envoy import names
from passgate.gateway.envoy.names import JsonObject, type_url
from passgate.gateway.rate_limits import rules
from passgate.gateway.rate_limits.rules import RateRule

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
    url = type_url("envoy.extensions.filters.http.ratelimit.v3.RateLimitPerRoute")
    return {"@type": url, "rate_limits": [{"actions": actions}]}


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
