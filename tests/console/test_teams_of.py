"""The teams that a form offers are all that there are, however many."""

from factories import make_team
from passgate.console.pages.teams_of import team_names, writable_teams
from passgate.kernel.actor import SYSTEM
from passgate.kernel.pagination import MAX_PAGE
from passgate.kernel.permissions import Permission
from passgate.storage.work import Storage


def test_more_teams_than_a_page_are_all_named(storage: Storage) -> None:
    with storage.writing() as work:
        names = {team.id: team.name for team in (make_team(work, f"Team {at}") for at in range(2 * MAX_PAGE + 1))}
    with storage.reading() as work:
        assert team_names(SYSTEM, work) == names
        assert writable_teams(SYSTEM, work, Permission.SERVICE_WRITE) == names
