"""The tags that services have, to narrow lists by."""

from sqlalchemy import select

from passgate.kernel.actor import Actor
from passgate.kernel.permissions import Permission
from passgate.publishing.models import Service
from passgate.storage.work import Work


def tags_in_use(actor: Actor, work: Work) -> list[str]:
    """Every tag of the services of the actor's teams, sorted.

    Raises:
        ForbiddenError: without the permission service:read.
    """
    actor.require_somewhere(Permission.SERVICE_READ)
    teams = actor.teams_with(Permission.SERVICE_READ)
    query = select(Service.tags)
    if teams is not None:
        query = query.where(Service.team_id.in_(sorted(teams)))
    return sorted({tag for tags in work.session.scalars(query) for tag in tags})
