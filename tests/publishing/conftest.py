import pytest

from passgate.identity.models import Application, Team
from passgate.kernel.actor import Actor, ActorKind
from passgate.kernel.permissions import ROLE_PERMISSIONS, Role
from passgate.storage.work import Storage


@pytest.fixture(autouse=True)
def teams(storage: Storage) -> tuple[str, str, str]:
    """Three teams, each with an application."""
    names = ("team_red", "team_blue", "team_green")
    with storage.writing() as work:
        now = work.clock.now()
        work.session.add_all([Team(id=name, name=name, created_at=now) for name in names])
        work.session.flush()
        for name in names:
            application = name.replace("team", "app")
            work.session.add(
                Application(
                    id=application,
                    team_id=name,
                    name=application,
                    description="",
                    is_active=True,
                    created_at=now,
                    created_by="user_1",
                )
            )
    return names


def member(team: str, role: Role) -> Actor:
    return Actor(ActorKind.USER, f"user_{team}_{role}", f"{role} of {team}", by_team={team: ROLE_PERMISSIONS[role]})


@pytest.fixture
def red() -> Actor:
    """An owner of the red team."""
    return member("team_red", Role.OWNER)


@pytest.fixture
def red_viewer() -> Actor:
    return member("team_red", Role.VIEWER)


@pytest.fixture
def blue() -> Actor:
    """An owner of the blue team."""
    return member("team_blue", Role.OWNER)


@pytest.fixture
def blue_developer() -> Actor:
    return member("team_blue", Role.DEVELOPER)


@pytest.fixture
def blue_viewer() -> Actor:
    return member("team_blue", Role.VIEWER)


@pytest.fixture
def green() -> Actor:
    """An owner of the green team."""
    return member("team_green", Role.OWNER)
