"""A foreign issuer for the wire tests, and a gate whose filters know of such."""

from collections.abc import Callable
from typing import Any

from passgate.contracts.gateway_snapshot import GatewaySnapshot
from passgate.contracts.trusted_issuer import TrustedIssuer
from passgate.gateway.compile import trusted_issuers
from passgate.gateway.compile.subscriptions import subscription_filter
from passgate.gateway.envoy import names
from passgate.gateway.envoy.filters import ADS, http_filters
from passgate.gateway.envoy.names import JsonObject, type_url
from passgate.gateway.xds.outcome import Outcome
from wire.alterations import Resources, manager
from wire.rig import Gate
from wire.tokens import Issuer

FOREIGN = "https://id.company.example/realms/staff"
_STATE = type_url("envoy.extensions.filters.http.set_filter_state.v3.Config")
_CHANGING = {names.CLAIMS_FILTER: _STATE, names.REQUIRED_FILTER: names.RBAC}


class ForeignIssuer(Issuer):
    """A company's identity provider."""

    def claims(self, **changes: Any) -> dict[str, Any]:
        own = {"iss": FOREIGN, "aud": ["gate"], "sub": "ada@staff", "azp": "shop", "client_id": None, "scope": None}
        return super().claims(**{**own, **changes})

    def token(self, header: dict[str, Any] | None = None, **changes: Any) -> str:
        return super().token({"typ": "JWT", **(header or {})}, **changes)

    def trusted(self, *others: Issuer, **changes: Any) -> TrustedIssuer:
        of_claim = {"application_claim": "azp", "applications": {"shop": "app_one", "other": "app_two"}}
        if "application_id" in changes:
            of_claim = {}
        keys = tuple(issuer.public for issuer in (self, *others))
        return TrustedIssuer(
            **{"id": "iss_1", "issuer": FOREIGN, "audiences": ("gate",), "keys": keys, **of_claim, **changes}
        )


def filters_that_travel(config: JsonObject) -> None:
    """What copies claims and what asks for them comes over ADS; a client's own copy of the header is cut off."""
    for one in manager(config)["http_filters"]:
        url = _CHANGING.get(one["name"])
        if url is not None:
            one.pop("typed_config", None)
            one["config_discovery"] = {"config_source": ADS, "type_urls": [url]}
    early = manager(config)["early_header_mutation_extensions"][0]["typed_config"]
    early["mutations"].append({"remove": trusted_issuers.FOREIGN_CLAIMS_HEADER})


def with_foreign_filters(snapshot: GatewaySnapshot) -> Callable[[Resources], None]:
    """The resources of the filters that change with the trusted issuers."""
    static = {one["name"]: one.get("typed_config") for one in http_filters()}

    def alter(resources: Resources) -> None:
        made = {
            names.CLAIMS_FILTER: trusted_issuers.with_foreign_claims(static[names.CLAIMS_FILTER], snapshot),
            names.REQUIRED_FILTER: trusted_issuers.with_foreign_rules(static[names.REQUIRED_FILTER], snapshot),
        }
        extensions = resources[names.EXTENSION]
        for name, typed in made.items():
            extensions[name] = {"name": name, "typed_config": typed}
        extensions[names.SUBSCRIPTION_FILTER] = trusted_issuers.with_foreign_subscribers(
            subscription_filter(snapshot), snapshot
        )

    return alter


def publish(gate: Gate, *issuers: TrustedIssuer, **changes: Any) -> Outcome:
    """Orders for subscribers, tickets for anyone with a token, and these issuers besides our own."""
    services = (
        gate.service("/orders"),
        gate.service("/tickets", access="token"),
        gate.service("/open", access="public"),
    )
    snapshot = gate.snapshot(*services, **changes).model_copy(update={"trusted_issuers": issuers})
    return gate.publish(snapshot, with_foreign_filters(snapshot))
