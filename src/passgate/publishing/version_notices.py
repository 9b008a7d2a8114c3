"""What subscribers are told of a version."""

from sqlalchemy import select

from passgate.identity.models import Application
from passgate.publishing.models import Service, ServiceVersion, Subscription
from passgate.publishing.notices.service import tell
from passgate.storage.work import Work


def tell_subscribers(work: Work, service: Service, version: ServiceVersion, kind: str) -> None:
    """Leave a notice for every team that subscribes to the service, or wishes to; one a team."""
    query = (
        select(Application.team_id)
        .join(Subscription, Subscription.application_id == Application.id)
        .where(Subscription.service_id == service.id, Subscription.status.in_(("active", "suspended", "requested")))
        .distinct()
    )
    text = _text(service, version, kind)
    for team_id in sorted(work.session.scalars(query)):
        tell(work, team_id, f"version.{kind}", version.id, text, service.id)


def _text(service: Service, version: ServiceVersion, kind: str) -> str:
    name = f"{service.name} {version.name}"
    instead = f" Use {version.successor} instead." if version.successor else ""
    if kind == "deprecated":
        ends = f" and answers until {version.sunset_at:%Y-%m-%d %H:%M} UTC" if version.sunset_at else ""
        return f"{name} is deprecated{ends}.{instead}"
    if kind == "retired":
        return f"{name} is retired: its calls get 410.{instead}"
    if kind == "republished":
        return f"{name} answers again."
    return f"{name} is no longer deprecated."
