"""Queries of publishing."""

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, String, and_, cast, func, or_, select

from passgate.kernel.pagination import Page, PageRequest
from passgate.publishing.base_path import ancestors
from passgate.publishing.models import Service, ServiceAddress, ServiceTeam, Subscription
from passgate.publishing.schemas import ServiceFilter
from passgate.storage.work import Work

_MOST_LOOKED_THROUGH = 5_000
"""Services whose tags and teams are gathered."""


def find_service(work: Work, service_id: str) -> Service | None:
    """The service of that id."""
    return work.session.get(Service, service_id)


def service_at(work: Work, host: str, base_path: str) -> ServiceAddress | None:
    """Who answers at exactly that host (empty: any) and base path."""
    return work.session.get(ServiceAddress, (host, base_path))


def foreign_neighbour(work: Work, base_path: str, team_id: str) -> Service | None:
    """A service of another team, at any host, whose base path lies within the path, or around it."""
    inside = Service.base_path.startswith(f"{base_path}/", autoescape=True)
    around = Service.base_path.in_(list(ancestors(base_path)))
    at_any_host = Service.id.in_(select(ServiceAddress.service_id).where(ServiceAddress.host == ""))
    query = select(Service).where(Service.team_id != team_id, at_any_host, or_(inside, around))
    return work.session.scalar(query.limit(1))


def foreign_host(work: Work, hosts: Iterable[str], team_id: str) -> str | None:
    """One of the hosts that another team's service answers at."""
    query = (
        select(ServiceAddress.host)
        .join(Service, Service.id == ServiceAddress.service_id)
        .where(ServiceAddress.host.in_([host for host in hosts if host]), Service.team_id != team_id)
    )
    return work.session.scalar(query.limit(1))


def tags_and_teams(
    work: Work, teams: frozenset[str] | None, wanted: ServiceFilter
) -> Sequence[tuple[Sequence[str], str]]:
    """The tags and the team of each such service, the newest few thousand."""
    query = select(Service.tags, Service.team_id).where(*_findable(teams), *_narrowed(wanted))
    rows = work.session.execute(query.order_by(Service.id.desc()).limit(_MOST_LOOKED_THROUGH))
    return [(tags, team_id) for tags, team_id in rows]


def _findable(teams: frozenset[str] | None) -> list[ColumnElement[bool]]:
    if teams is None:
        return []
    chosen = select(ServiceTeam.service_id).where(ServiceTeam.team_id.in_(sorted(teams)))
    found = and_(
        Service.status == "published", or_(Service.visibility.in_(("public", "all_teams")), Service.id.in_(chosen))
    )
    return [or_(Service.team_id.in_(sorted(teams)), found)]


def _narrowed(wanted: ServiceFilter) -> list[ColumnElement[bool]]:
    given = (
        (Service.status, wanted.status),
        (Service.team_id, wanted.team_id),
        (Service.kind, wanted.kind),
        (Service.visibility, wanted.visibility),
    )
    return [column == value for column, value in given if value is not None]


def services_page(work: Work, page: PageRequest, teams: frozenset[str] | None, wanted: ServiceFilter) -> Page[Service]:
    """Services of those teams (None: all), and published ones of other teams that they may find, newest first."""
    query = select(Service).where(*_findable(teams), *_narrowed(wanted))
    if wanted.tag is not None:
        query = query.where(cast(Service.tags, String).contains(f'"{wanted.tag}"', autoescape=True))
    if wanted.search:
        word = wanted.search.lower()
        query = query.where(
            or_(
                func.lower(Service.name).contains(word, autoescape=True),
                Service.base_path.contains(word, autoescape=True),
                func.lower(cast(Service.tags, String)).contains(word, autoescape=True),
            )
        )
    if page.after is not None:
        query = query.where(Service.id < page.after)
    rows = work.session.scalars(query.order_by(Service.id.desc()).limit(page.bounded + 1)).all()
    items = rows[: page.bounded]
    return Page(items, items[-1].id if len(rows) > page.bounded else None)


def subscription_counts(work: Work, service_ids: Iterable[str]) -> dict[str, int]:
    """How many active subscriptions each of the services has."""
    query = (
        select(Subscription.service_id, func.count(Subscription.id).label("subscriptions"))
        .where(Subscription.service_id.in_(list(service_ids)), Subscription.status == "active")
        .group_by(Subscription.service_id)
    )
    return {row.service_id: row.subscriptions for row in work.session.execute(query)}


def published_rows(work: Work) -> Sequence[Service]:
    """Every service that is or was published."""
    return work.session.scalars(select(Service).where(Service.status != "draft").order_by(Service.id)).all()
