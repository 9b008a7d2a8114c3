"""Which filters a route switches on or off. One that says nothing asks for a token and a subscription."""

from dataclasses import dataclass

from passgate.contracts.service_policy import Access
from passgate.contracts.trusted_issuer import TrustedIssuer
from passgate.contracts.upstream_pool import UpstreamPool
from passgate.gateway.compile.access_rules import access_filter, path_of, wanted_of
from passgate.gateway.compile.jwt import OPTIONAL
from passgate.gateway.compile.policy_filters import CallOwner, switched_on
from passgate.gateway.compile.rate_limit_filter import rate_limit_filter
from passgate.gateway.compile.route_changes import claim_text
from passgate.gateway.compile.route_names import NO_TOKEN, without
from passgate.gateway.compile.route_policies import RoutePolicies
from passgate.gateway.envoy import names
from passgate.gateway.envoy.names import JsonObject, type_url


@dataclass(frozen=True, slots=True)
class GateFacts:
    """What of the whole snapshot a route depends on."""

    trusted: tuple[TrustedIssuer, ...] = ()
    planned: frozenset[str] = frozenset()
    """Ids of services that somebody has a subscription to whose plan sets a rate."""
    at_gates_host: bool = False
    """Whether the place is at the host of the console; said of each place of a service."""

    @property
    def issuers(self) -> tuple[str, ...]:
        """Ids of trusted issuers."""
        return tuple(issuer.id for issuer in self.trusted)


def filters_of(owner: CallOwner, policies: RoutePolicies, pool: UpstreamPool | None, facts: GateFacts) -> JsonObject:
    """The ``typed_per_filter_config`` of a route."""
    found: JsonObject = dict(needs(policies.access.who))
    access = access_filter(policies, facts.issuers)
    if access is not None:
        found[names.ACCESS_FILTER] = access
    if pool is not None and pool.balance == "hash" and pool.hash_key is not None and pool.hash_key.source == "claim":
        found[names.HASH_FILTER] = _hash_claim(pool.hash_key.name, facts.issuers)
    planned = owner.service_id in facts.planned
    counted = rate_limit_filter(owner.service_id, policies, facts.trusted, planned=planned)
    if counted is not None:
        found[names.RATE_LIMIT_FILTER] = counted
    return found | switched_on(policies, owner)


def metadata_of(owner: CallOwner, policies: RoutePolicies) -> dict[str, str]:
    """What the filters, the access log and the words of a refusal read of a route."""
    return {names.SERVICE_KEY: owner.service_id, **wanted_of(policies)}


def needs(access: Access) -> JsonObject:
    """What is switched off for an access."""
    if access == "subscription":
        return {}
    if access == "token":
        return dict(without((names.SUBSCRIPTION_FILTER,))["typed_per_filter_config"])
    off = without(tuple(name for name in NO_TOKEN if name != names.JWT_FILTER))["typed_per_filter_config"]
    url = type_url("envoy.extensions.filters.http.jwt_authn.v3.PerRouteConfig")
    return {**off, names.JWT_FILTER: {"@type": url, "requirement_name": OPTIONAL}}


def _hash_claim(claim: str, issuers: tuple[str, ...]) -> JsonObject:
    """The claim as filter state; what is empty is skipped, so that only the token's own issuer sets it."""
    name = ".".join(path_of(claim))
    values = [
        {
            "object_key": names.HASH_STATE,
            "factory_key": "envoy.hashable_string",
            "skip_if_empty": True,
            "format_string": {
                "text_format_source": {"inline_string": claim_text(part, name)},
                "omit_empty_values": True,
            },
        }
        for part in (names.PAYLOAD_KEY, *issuers)
    ]
    return {"@type": names.SET_STATE, "on_request_headers": values}
