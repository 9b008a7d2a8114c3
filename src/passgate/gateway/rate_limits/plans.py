"""What plans allow: rates of subscriptions, looked up by who calls."""

from dataclasses import dataclass, field

from passgate.contracts.gateway_snapshot import GatewaySnapshot
from passgate.gateway.rate_limits.rules import RateRule


@dataclass(frozen=True, slots=True)
class PlanRates:
    """Rates by service and application, and whose calls those of trusted issuers' tokens are."""

    rates: dict[tuple[str, str], tuple[RateRule, ...]] = field(default_factory=dict)
    foreign: dict[tuple[str, str], str] = field(default_factory=dict)
    """Id of an issuer and the value of its claim, and the application; "" for all of an issuer's."""

    def application_of(self, issuer_id: str, value: str) -> str | None:
        """The application that calls of a trusted issuer's token are."""
        return self.foreign.get((issuer_id, value)) or self.foreign.get((issuer_id, ""))


def plan_rates(snapshot: GatewaySnapshot) -> PlanRates:
    """The rates of a snapshot."""
    rates = {
        (one.service_id, one.application_id): tuple(
            RateRule(f"plan:{one.service_id}", "application", rate.calls, rate.window) for rate in one.rates
        )
        for one in snapshot.subscriptions
        if one.rates
    }
    foreign: dict[tuple[str, str], str] = {}
    for issuer in snapshot.trusted_issuers:
        if issuer.application_claim is None:
            foreign[issuer.id, ""] = issuer.application_id or ""
        else:
            foreign |= {(issuer.id, value): application for value, application in issuer.applications.items()}
    return PlanRates(rates, foreign)
