"""What the gate must know of trusted issuers; read by the snapshot's publication only."""

from collections import defaultdict

from sqlalchemy import select

from passgate.contracts.trusted_issuer import TrustedIssuer as Published
from passgate.identity.issuers.models import BlockedSubject, TrustedIssuer
from passgate.identity.models import Application
from passgate.storage.work import Work


def published_issuers(work: Work) -> tuple[Published, ...]:
    """The issuers that are switched on, have keys, and stand for an active application; by id."""
    rows = work.session.scalars(select(TrustedIssuer).where(TrustedIssuer.is_enabled).order_by(TrustedIssuer.id)).all()
    if not rows:
        return ()
    active = set(work.session.scalars(select(Application.id).where(Application.is_active)))
    blocked: dict[str, list[str]] = defaultdict(list)
    for one in work.session.scalars(select(BlockedSubject).order_by(BlockedSubject.subject)):
        blocked[one.issuer_id].append(one.subject)
    found = [_published(row, active, tuple(blocked[row.id])) for row in rows]
    return tuple(one for one in found if one.keys and (one.application_id in active or one.applications))


def _published(row: TrustedIssuer, active: set[str], blocked: tuple[str, ...]) -> Published:
    return Published(
        id=row.id,
        issuer=row.issuer,
        audiences=tuple(row.audiences),
        keys=tuple(row.keys),
        token_type=row.token_type,
        application_id=row.application_id,
        application_claim=row.application_claim,
        applications={value: app for value, app in sorted(row.applications.items()) if app in active},
        required_claims={name: tuple(values) for name, values in sorted(row.required_claims.items())},
        needs_jti=row.needs_jti,
        blocked_subjects=blocked,
    )
