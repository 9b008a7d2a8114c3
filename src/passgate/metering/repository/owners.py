"""What calls point at in the other domains: names and teams; those who are gone have none."""

from collections.abc import Collection

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from passgate.catalog.models import Provider
from passgate.identity.issuers.models import TrustedIssuer
from passgate.identity.models import Application
from passgate.publishing.models import Service


def application_names(session: Session, ids: Collection[str]) -> dict[str, str]:
    """Names of applications by id."""
    return _pairs(session, select(Application.id, Application.name).where(Application.id.in_(ids)), ids)


def service_names(session: Session, ids: Collection[str]) -> dict[str, str]:
    """Names of REST services by id."""
    return _pairs(session, select(Service.id, Service.name).where(Service.id.in_(ids)), ids)


def provider_names(session: Session, ids: Collection[str]) -> dict[str, str]:
    """Names of providers by id."""
    return _pairs(session, select(Provider.id, Provider.name).where(Provider.id.in_(ids)), ids)


def team_of_application(session: Session, application_id: str) -> str | None:
    """The team of an application."""
    return session.scalar(select(Application.team_id).where(Application.id == application_id))


def teams_of_applications(session: Session, ids: Collection[str]) -> dict[str, str]:
    """Teams of applications by id."""
    return _pairs(session, select(Application.id, Application.team_id).where(Application.id.in_(ids)), ids)


def trusted_issuers(session: Session, issuers: Collection[str]) -> dict[str, TrustedIssuer]:
    """Trusted issuers by ``iss``."""
    rows = session.scalars(select(TrustedIssuer).where(TrustedIssuer.issuer.in_(issuers))).all()
    return {row.issuer: row for row in rows}


def teams_of_services(session: Session, ids: Collection[str]) -> dict[str, str]:
    """Teams of REST services by id."""
    return _pairs(session, select(Service.id, Service.team_id).where(Service.id.in_(ids)), ids)


def _pairs(session: Session, query: Select[str, str], ids: Collection[str]) -> dict[str, str]:
    return dict(session.execute(query).all()) if ids else {}
