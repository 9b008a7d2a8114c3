"""A foreign issuer for the wire tests, and snapshots that trust such."""

from typing import Any

from passgate.contracts.trusted_issuer import TrustedIssuer
from passgate.gateway.xds.outcome import Outcome
from wire.rig import Gate
from wire.tokens import Issuer

FOREIGN = "https://id.company.example/realms/staff"


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


def publish(gate: Gate, *issuers: TrustedIssuer, **changes: Any) -> Outcome:
    """Orders for subscribers, tickets for anyone with a token, and these issuers besides our own."""
    services = (
        gate.service("/orders"),
        gate.service("/tickets", access="token"),
        gate.service("/open", access="public"),
    )
    snapshot = gate.snapshot(*services, **changes).model_copy(update={"trusted_issuers": issuers})
    return gate.publish(snapshot)
