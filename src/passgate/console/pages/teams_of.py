"""The teams that a form may offer."""

from collections.abc import Iterator

from passgate.identity.models import Team
from passgate.identity.service.teams import list_teams
from passgate.kernel.actor import Actor
from passgate.kernel.pagination import MAX_PAGE, PageRequest
from passgate.kernel.permissions import Permission
from passgate.storage.work import Work


def writable_teams(actor: Actor, work: Work, permission: Permission) -> dict[str, str]:
    """The names of the teams in which the actor holds a permission, by id; the oldest first."""
    teams = sorted(_readable(actor, work), key=lambda team: team.created_at)
    return {team.id: team.name for team in teams if actor.may(permission, team.id)}


def team_names(actor: Actor, work: Work) -> dict[str, str]:
    """The names of the teams that the actor may read, by id; the newest first."""
    return {team.id: team.name for team in _readable(actor, work)}


def _readable(actor: Actor, work: Work) -> Iterator[Team]:
    """All of them, page by page: a name that was left out would make a team of the actor's own a stranger."""
    if actor.teams_with(Permission.TEAM_READ) == frozenset():
        return
    page = list_teams(actor, work, PageRequest(limit=MAX_PAGE))
    yield from page.items
    while page.next_cursor is not None:
        page = list_teams(actor, work, PageRequest(limit=MAX_PAGE, after=page.next_cursor))
        yield from page.items
