import itertools

import pytest

from passgate.kernel.actor import SYSTEM, Actor, ActorKind
from passgate.kernel.errors import ForbiddenError, NotFoundError
from passgate.kernel.permissions import ROLE_PERMISSIONS, Permission, Role


def member(role: Role, team: str = "team_a") -> Actor:
    return Actor(ActorKind.USER, "user_1", "Uma", by_team={team: ROLE_PERMISSIONS[role]})


def test_a_member_without_the_permission_is_forbidden() -> None:
    with pytest.raises(ForbiddenError, match="service:write"):
        member(Role.DEVELOPER).require(Permission.SERVICE_WRITE, "team_a")


def test_a_stranger_does_not_learn_that_the_thing_exists() -> None:
    with pytest.raises(NotFoundError, match="No such service"):
        member(Role.OWNER).require(Permission.SERVICE_READ, "team_b", what="service")


def test_what_belongs_to_everyone_needs_the_permission_over_everything() -> None:
    with pytest.raises(ForbiddenError):
        member(Role.OWNER).require(Permission.PROVIDER_WRITE)
    SYSTEM.require(Permission.PROVIDER_WRITE)


def test_a_list_shows_the_teams_in_which_the_permission_holds() -> None:
    actor = Actor(
        ActorKind.USER,
        "user_1",
        "Uma",
        by_team={"team_a": ROLE_PERMISSIONS[Role.OWNER], "team_b": ROLE_PERMISSIONS[Role.VIEWER]},
    )
    assert actor.teams_with(Permission.SERVICE_WRITE) == {"team_a"}
    assert actor.teams_with(Permission.SERVICE_READ) == {"team_a", "team_b"}
    assert SYSTEM.teams_with(Permission.SERVICE_READ) is None
    with pytest.raises(ForbiddenError):
        actor.require_somewhere(Permission.NODE_READ)


def test_each_role_holds_what_the_lesser_ones_hold() -> None:
    order = [Role.VIEWER, Role.DEVELOPER, Role.OWNER, Role.ADMIN]
    held = [ROLE_PERMISSIONS[role] for role in order]
    assert all(less < more for less, more in itertools.pairwise(held))
