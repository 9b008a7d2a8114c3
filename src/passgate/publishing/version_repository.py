"""Queries of versions and revisions."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import and_, delete, func, select

from passgate.kernel.pagination import Page, PageRequest
from passgate.publishing.models import Service, ServiceAddress, ServiceRevision, ServiceTeam, ServiceVersion
from passgate.storage.work import Work


def versions_of(work: Work, service_id: str) -> Sequence[ServiceVersion]:
    """A service's versions, oldest first."""
    query = select(ServiceVersion).where(ServiceVersion.service_id == service_id)
    return work.session.scalars(query.order_by(ServiceVersion.id)).all()


def versions_of_all(work: Work, service_ids: Iterable[str]) -> dict[str, list[ServiceVersion]]:
    """The versions of several services, oldest first."""
    query = select(ServiceVersion).where(ServiceVersion.service_id.in_(list(service_ids)))
    found = defaultdict[str, list[ServiceVersion]](list)
    for row in work.session.scalars(query.order_by(ServiceVersion.id)):
        found[row.service_id].append(row)
    return found


def version_named(work: Work, service_id: str, name: str) -> ServiceVersion | None:
    """The service's version of that name."""
    query = select(ServiceVersion).where(ServiceVersion.service_id == service_id, ServiceVersion.name == name)
    return work.session.scalar(query)


def find_version(work: Work, service_id: str, version_id: str) -> ServiceVersion | None:
    """The service's version of that id, or of that name."""
    row = work.session.get(ServiceVersion, version_id)
    if row is not None and row.service_id == service_id:
        return row
    return version_named(work, service_id, version_id)


def find_revision(work: Work, service_id: str, revision_id: str) -> ServiceRevision | None:
    """The service's revision of that id."""
    row = work.session.get(ServiceRevision, revision_id)
    return row if row is not None and row.service_id == service_id else None


def revisions_of(work: Work, version_id: str) -> Sequence[ServiceRevision]:
    """A version's revisions, newest first."""
    query = select(ServiceRevision).where(ServiceRevision.version_id == version_id)
    return work.session.scalars(query.order_by(ServiceRevision.number.desc())).all()


def revisions_page(work: Work, page: PageRequest, version_id: str) -> Page[ServiceRevision]:
    """A page of a version's revisions, newest first."""
    query = select(ServiceRevision).where(ServiceRevision.version_id == version_id)
    if page.after is not None:
        query = query.where(ServiceRevision.id < page.after)
    rows = work.session.scalars(query.order_by(ServiceRevision.id.desc()).limit(page.bounded + 1)).all()
    items = rows[: page.bounded]
    return Page(items, items[-1].id if len(rows) > page.bounded else None)


def newest_revision(work: Work, version_id: str) -> ServiceRevision | None:
    """The version's revision of the highest number."""
    query = select(ServiceRevision).where(ServiceRevision.version_id == version_id)
    return work.session.scalar(query.order_by(ServiceRevision.number.desc()).limit(1))


def live_revisions(work: Work, version_id: str) -> Sequence[ServiceRevision]:
    """The revisions that get the version's calls, or may be asked for; the newest first."""
    query = select(ServiceRevision).where(
        ServiceRevision.version_id == version_id, ServiceRevision.status == "published"
    )
    return work.session.scalars(query.order_by(ServiceRevision.number.desc())).all()


def live_of_services(work: Work, service_ids: Iterable[str]) -> dict[str, list[ServiceRevision]]:
    """Published revisions by version, of several services; oldest first."""
    query = select(ServiceRevision).where(
        ServiceRevision.service_id.in_(list(service_ids)), ServiceRevision.status == "published"
    )
    return _by_version(work.session.scalars(query.order_by(ServiceRevision.id)))


def newest_of_services(work: Work, service_ids: Iterable[str]) -> dict[str, ServiceRevision]:
    """The newest revision of every version of several services, by version."""
    newest = (
        select(ServiceRevision.version_id, func.max(ServiceRevision.number).label("number"))
        .where(ServiceRevision.service_id.in_(list(service_ids)))
        .group_by(ServiceRevision.version_id)
        .subquery()
    )
    query = select(ServiceRevision).join(
        newest,
        and_(ServiceRevision.version_id == newest.c.version_id, ServiceRevision.number == newest.c.number),
    )
    return {row.version_id: row for row in work.session.scalars(query)}


def next_number(work: Work, version_id: str) -> int:
    """The number of the version's next revision."""
    query = select(func.max(ServiceRevision.number)).where(ServiceRevision.version_id == version_id)
    return (work.session.scalar(query) or 0) + 1


def published_versions(work: Work) -> dict[str, list[ServiceVersion]]:
    """Every version that the gate must know, by service: retired ones tell where to go."""
    query = (
        select(ServiceVersion)
        .join(Service, Service.id == ServiceVersion.service_id)
        .where(Service.status != "draft", ServiceVersion.status != "draft")
    )
    found = defaultdict[str, list[ServiceVersion]](list)
    for row in work.session.scalars(query.order_by(ServiceVersion.id)):
        found[row.service_id].append(row)
    return found


def all_live_revisions(work: Work) -> dict[str, list[ServiceRevision]]:
    """Every published revision, by version; oldest first."""
    query = select(ServiceRevision).where(ServiceRevision.status == "published")
    return _by_version(work.session.scalars(query.order_by(ServiceRevision.id)))


def live_prompts(work: Work) -> Sequence[ServiceRevision]:
    """Published revisions of prompts that answer."""
    query = (
        select(ServiceRevision)
        .join(Service, Service.id == ServiceRevision.service_id)
        .join(ServiceVersion, ServiceVersion.id == ServiceRevision.version_id)
        .where(
            Service.kind == "prompt",
            ServiceRevision.status == "published",
            ServiceVersion.status.in_(("published", "deprecated")),
        )
    )
    return work.session.scalars(query.order_by(ServiceRevision.id)).all()


def chosen_teams(work: Work, service_ids: Iterable[str]) -> dict[str, list[str]]:
    """The teams that find the services whose visibility is ``chosen``."""
    query = select(ServiceTeam).where(ServiceTeam.service_id.in_(list(service_ids)))
    found = defaultdict[str, list[str]](list)
    for row in work.session.scalars(query.order_by(ServiceTeam.team_id)):
        found[row.service_id].append(row.team_id)
    return found


def set_chosen_teams(work: Work, service_id: str, teams: Iterable[str]) -> None:
    """Have exactly these teams find the service."""
    wanted = set(teams)
    for row in work.session.scalars(select(ServiceTeam).where(ServiceTeam.service_id == service_id)).all():
        if row.team_id not in wanted:
            work.session.delete(row)
        wanted.discard(row.team_id)
    work.session.add_all([ServiceTeam(service_id=service_id, team_id=team) for team in sorted(wanted)])


def set_addresses(work: Work, service_id: str, addresses: Iterable[tuple[str, str]]) -> None:
    """Have the service answer at exactly these hosts and base paths."""
    work.session.execute(delete(ServiceAddress).where(ServiceAddress.service_id == service_id))
    rows = [ServiceAddress(service_id=service_id, host=host, base_path=path) for host, path in sorted(set(addresses))]
    work.session.add_all(rows)
    work.session.flush()


def _by_version(rows: Iterable[ServiceRevision]) -> dict[str, list[ServiceRevision]]:
    found = defaultdict[str, list[ServiceRevision]](list)
    for row in rows:
        found[row.version_id].append(row)
    return found
