"""What the gate must know of identity; read by the snapshot's publication only."""

from sqlalchemy import select

from passgate.contracts.described_revision import UPSTREAM_ALGORITHMS, TokenSigning
from passgate.contracts.inference_config import InferenceApplication
from passgate.identity import repository
from passgate.identity.models import Application
from passgate.identity.token_tables import OWN_RATES_ROW, OwnRates
from passgate.storage.work import Work


def published_keys(work: Work) -> tuple[dict[str, str], ...]:
    """The public parts of all signing keys, retired ones included, as JWKs (RFC 7517), by kid."""
    return tuple(sorted((key.public_jwk for key in repository.signing_keys(work)), key=lambda jwk: jwk["kid"]))


def token_signing(work: Work, issuer: str) -> TokenSigning | None:
    """The key that signs tokens for upstreams; None: there is none."""
    active = {key.algorithm: key for key in repository.signing_keys(work) if key.status == "active"}
    found = next((active[one] for one in UPSTREAM_ALGORITHMS if one in active), None)
    if found is None or found.sealed_private_jwk is None:
        return None
    return TokenSigning(
        issuer=issuer, kid=found.kid, algorithm=found.algorithm, sealed_private_jwk=found.sealed_private_jwk
    )


def has_own_rates(work: Work) -> bool:
    """Whether a token was issued that states a rate of its own."""
    return work.session.get(OwnRates, OWN_RATES_ROW) is not None


def inference_applications(work: Work) -> tuple[InferenceApplication, ...]:
    """The active applications, by id."""
    columns = Application.id, Application.name, Application.team_id, Application.models, Application.body_log_days
    rows = work.session.execute(select(*columns).where(Application.is_active).order_by(Application.id))
    return tuple(
        InferenceApplication.model_construct(  # of our own rows, thousands of them: checked when they came in
            id=row.id,
            name=row.name,
            team_id=row.team_id,
            models=None if row.models is None else tuple(row.models),
            logs_bodies=row.body_log_days is not None,
        )
        for row in rows
    )
