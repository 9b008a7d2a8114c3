"""How services are shown: all of them to their team, to others what callers need."""

from collections.abc import Sequence

from passgate.kernel.actor import Actor
from passgate.kernel.permissions import Permission
from passgate.publishing import repository, version_repository
from passgate.publishing.definition import RevisionDefinition
from passgate.publishing.models import Service, ServiceRevision, ServiceVersion
from passgate.publishing.schemas import ServiceView, VersionBrief
from passgate.publishing.simple_upstream import simple_of
from passgate.storage.work import Work


def views_of(actor: Actor, work: Work, rows: Sequence[Service]) -> list[ServiceView]:
    """The services, in the same order, by as many queries for many as for one."""
    ids = [row.id for row in rows]
    counts = repository.subscription_counts(work, ids)
    versions = version_repository.versions_of_all(work, ids)
    live = version_repository.live_of_services(work, ids)
    newest = version_repository.newest_of_services(work, ids)
    teams = version_repository.chosen_teams(work, ids)
    views = []
    for row in rows:
        shown = shown_version(row, versions[row.id])
        revision = main_revision(live[shown.id], newest.get(shown.id)) if shown else None
        views.append(_view(actor, row, versions[row.id], revision, counts.get(row.id, 0), teams[row.id]))
    return views


def view_of(actor: Actor, work: Work, row: Service) -> ServiceView:
    """One service."""
    return views_of(actor, work, [row])[0]


def shown_version(service: Service, versions: Sequence[ServiceVersion]) -> ServiceVersion | None:
    """The version that the simple form is about: the default one, else the newest."""
    named = next((version for version in versions if version.name == service.default_version), None)
    return named or (versions[-1] if versions else None)


def main_revision(live: Sequence[ServiceRevision], newest: ServiceRevision | None) -> ServiceRevision | None:
    """The one that gets most of the version's calls; where it gets none, the newest."""
    return max(live, key=lambda row: (row.weight or 0, row.number), default=newest)


def _view(  # noqa: PLR0913, PLR0917 - all that is read for a view
    actor: Actor,
    row: Service,
    versions: Sequence[ServiceVersion],
    revision: ServiceRevision | None,
    subscriptions: int,
    teams: list[str],
) -> ServiceView:
    simple = simple_of(_outline(revision) if revision else RevisionDefinition())
    own = actor.may(Permission.SERVICE_READ, row.team_id)
    fields = {name: getattr(row, name) for name in _PLAIN}
    return ServiceView.model_validate(
        {
            **fields,
            "versions": [VersionBrief.model_validate(one) for one in versions if own or one.status != "draft"],
            "timeout_ms": simple.timeout_ms,
            "connect_timeout_ms": simple.connect_timeout_ms,
            "upstream_url": simple.url if own else None,
            "host_header": simple.host_header if own else None,
            "policies": row.policies if own else [],
            "chosen_teams": teams if own else [],
            "subscription_count": subscriptions if own else None,
            "created_by": row.created_by if own else None,
        }
    )


def _outline(revision: ServiceRevision) -> RevisionDefinition:
    """What the simple form needs; reading all routes of every service of a list would take most of its time."""
    stored = revision.definition
    timeouts = [policy for policy in stored.get("policies", ()) if policy.get("kind") == "timeout"]
    return RevisionDefinition.model_validate({"pools": stored.get("pools", ())[:1], "policies": timeouts})


_PLAIN = frozenset(ServiceView.model_fields) - {
    "versions",
    "timeout_ms",
    "connect_timeout_ms",
    "upstream_url",
    "host_header",
    "policies",
    "chosen_teams",
    "subscription_count",
    "created_by",
}
