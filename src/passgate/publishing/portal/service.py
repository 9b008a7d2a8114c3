"""The catalogue and a service's page, for everybody whom the service is shown to.

A guest finds what is public; who has signed in also what is for all teams, for a team of theirs, or of one.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import select

from passgate.identity.models import Team
from passgate.kernel.actor import Actor
from passgate.kernel.errors import NotFoundError
from passgate.kernel.pagination import Page, PageRequest
from passgate.kernel.permissions import Permission
from passgate.publishing import repository, version_repository
from passgate.publishing.mcp.service import offer_of
from passgate.publishing.models import Service
from passgate.publishing.plans.service import plans_shown
from passgate.publishing.portal.answering import answering_address, answering_version
from passgate.publishing.portal.schemas import PortalEntry, PortalFacets, PortalService, PortalTeam
from passgate.publishing.schemas import ServiceFilter, VersionBrief
from passgate.storage.work import Work

_MOST_TAGS = 200
"""Tags to choose from, the most used ones."""


def catalogue(reader: Actor, work: Work, page: PageRequest, wanted: ServiceFilter | None = None) -> Page[PortalEntry]:
    """The published services that are shown to the reader, newest first."""
    found = repository.services_page(work, page, _teams_of(reader), _shown_to(reader, wanted or ServiceFilter()))
    names = _team_names(work, {row.team_id for row in found.items})
    return Page([PortalEntry.model_validate(_entry(row, names)) for row in found.items], found.next_cursor)


def facets(reader: Actor, work: Work) -> PortalFacets:
    """What the catalogue can be narrowed by: the tags and the teams of the services that are shown to the reader."""
    rows = repository.tags_and_teams(work, _teams_of(reader), _shown_to(reader, ServiceFilter()))
    names = _team_names(work, {team_id for _, team_id in rows})
    counts = Counter(tag for tags, _ in rows for tag in tags)
    teams = sorted(names.items(), key=lambda named: named[1].casefold())
    return PortalFacets(
        tags=sorted(tag for tag, _ in counts.most_common(_MOST_TAGS)),
        teams=[PortalTeam(id=team_id, name=name) for team_id, name in teams],
    )


def portal_service(reader: Actor, work: Work, service_id: str) -> PortalService:
    """One service.

    Raises:
        NotFoundError: no such service, or none that is published and shown to the reader.
    """
    row = shown_service(reader, work, service_id)
    versions = version_repository.versions_of(work, row.id)
    answering = answering_version(row, versions)
    offer = offer_of(work, row)
    tools = [one for one in offer.tools if one.offered]
    return PortalService.model_validate(
        {
            **_entry(row, _team_names(work, {row.team_id})),
            **{name: getattr(row, name) for name in ("base_path", "hosts", "selection", "documentation")},
            "address": answering_address(row, answering) if answering else "",
            "versions": [VersionBrief.model_validate(one) for one in versions if one.status != "draft"],
            "mcp_path": offer.path if tools else None,
            "tools": [{"name": one.name, "description": one.description} for one in tools],
            "plans": plans_shown(reader, work, row.id),
        }
    )


def shown_service(reader: Actor, work: Work, service_id: str) -> Service:
    """The row of a published service that is shown to the reader.

    Raises:
        NotFoundError: as :func:`portal_service`.
    """
    row = repository.find_service(work, service_id)
    if row is None or row.status != "published" or not _is_shown(reader, work, row):
        raise NotFoundError("No such service.")
    return row


def _teams_of(reader: Actor) -> frozenset[str] | None:
    return None if reader.may(Permission.SERVICE_READ) else frozenset(reader.by_team)


def _shown_to(reader: Actor, given: ServiceFilter) -> ServiceFilter:
    return replace(given, status="published", visibility=None if reader.is_member else "public")


def _is_shown(reader: Actor, work: Work, row: Service) -> bool:
    if row.visibility == "public":
        return True
    if not reader.is_member:
        return False
    if row.visibility == "all_teams" or reader.may(Permission.SERVICE_READ) or row.team_id in reader.by_team:
        return True
    return bool(frozenset(reader.by_team) & set(version_repository.chosen_teams(work, [row.id])[row.id]))


def _entry(row: Service, names: dict[str, str]) -> dict[str, object]:
    plain = ("id", "name", "description", "kind", "tags", "access", "default_version", "published_at")
    return {**{name: getattr(row, name) for name in plain}, "team_name": names.get(row.team_id, "")}


def _team_names(work: Work, team_ids: Iterable[str]) -> dict[str, str]:
    query = select(Team.id, Team.name).where(Team.id.in_(list(team_ids)))
    return {row.id: row.name for row in work.session.execute(query)}
