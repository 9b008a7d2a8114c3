"""Issuers of others, as an organisation has them."""

from issuer_site import ec_key
from passgate.identity.issuers.discovery import Endpoints
from passgate.identity.issuers.following import Followed, Seen, note
from passgate.identity.issuers.models import TrustedIssuer
from passgate.identity.issuers.providers import create_identity_provider
from passgate.identity.issuers.schemas import BlockIn, IdentityProviderIn, TrustedIssuerIn
from passgate.identity.issuers.trusted import block_subject, create_trusted_issuer
from passgate.kernel.actor import SYSTEM
from passgate.storage.work import Work

_ISSUER = "https://id.example.com/realms/staff"


def add_issuers(work: Work, team_id: str, application_id: str) -> tuple[str, str]:
    """A provider and a trusted issuer; their ids."""
    keys = [
        {name: str(value) for name, value in ec_key("staff-key-1").as_dict(private=False).items()},
    ]
    endpoints = Endpoints(
        _ISSUER, f"{_ISSUER}/jwks", f"{_ISSUER}/auth", f"{_ISSUER}/token", end_session=f"{_ISSUER}/logout"
    )
    provider = IdentityProviderIn.model_validate(
        {
            "name": "Company account",
            "preset": "keycloak",
            "issuer": _ISSUER,
            "client_id": "passgate",
            "client_secret": "a secret",
            "domains": ["example.com"],
            "group_rules": [
                {"group": "platform", "role": "admin"},
                {"group": "builders", "role": "developer", "team_id": team_id},
            ],
        }
    )
    added = create_identity_provider(SYSTEM, work, provider, Seen(keys, endpoints))
    trusted = TrustedIssuerIn.model_validate(
        {
            "name": "Staff tokens",
            "issuer": _ISSUER,
            "audiences": ["passgate"],
            "application_claim": "azp",
            "applications": {"shop-backend": application_id},
            "required_claims": {"groups": ["gate-users", "platform"]},
        }
    )
    issuer = create_trusted_issuer(SYSTEM, work, trusted, Seen(keys), "http://localhost:8080")
    block_subject(SYSTEM, work, issuer.id, BlockIn(subject="auth0|leaver", reason="left the company"))
    work.session.flush()
    away = Seen(problem="id.example.com cannot be reached: no answer in time.")
    note(work, Followed(TrustedIssuer, issuer.id, _ISSUER, None, ()), away)
    return added.id, issuer.id
