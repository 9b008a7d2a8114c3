"""The teams that a form may offer."""

from passgate.identity.service.teams import list_teams
from passgate.kernel.actor import Actor
from passgate.kernel.pagination import MAX_PAGE, PageRequest
from passgate.kernel.permissions import Permission
from passgate.storage.work import Work


def writable_teams(actor: Actor, work: Work, permission: Permission) -> dict[str, str]:
    """The names of the teams in which the actor holds a permission, by id."""
    if actor.teams_with(Permission.TEAM_READ) == frozenset():
        return {}
    teams = sorted(list_teams(actor, work, PageRequest(limit=MAX_PAGE)).items, key=lambda team: team.created_at)
    return {team.id: team.name for team in teams if actor.may(permission, team.id)}


def team_names(actor: Actor, work: Work) -> dict[str, str]:
    """The names of the teams that the actor may read, by id."""
    if actor.teams_with(Permission.TEAM_READ) == frozenset():
        return {}
    return {team.id: team.name for team in list_teams(actor, work, PageRequest(limit=MAX_PAGE)).items}
