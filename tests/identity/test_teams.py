"""Teams and who is in them."""

import pytest

from factories import make_actor, make_team, make_user
from passgate.identity.schemas import TeamIn
from passgate.identity.service.actors import actor_of_user
from passgate.identity.service.teams import (
    create_team,
    get_team,
    list_members,
    list_teams,
    remove_member,
    set_member,
    update_team,
)
from passgate.kernel.actor import Actor
from passgate.kernel.errors import ConflictError, ForbiddenError, NotFoundError
from passgate.kernel.pagination import PageRequest
from passgate.kernel.permissions import Permission, Role
from passgate.storage.work import Storage


def test_only_an_administrator_makes_teams(storage: Storage, admin: Actor) -> None:
    with storage.writing() as work:
        team = create_team(admin, work, TeamIn(name=" Billing "))
        assert get_team(admin, work, team.id).name == "Billing"
        with pytest.raises(ForbiddenError):
            create_team(make_actor(work, Role.OWNER, team), work, TeamIn(name="Mine"))


def test_a_name_is_taken_once(storage: Storage, admin: Actor) -> None:
    with storage.writing() as work:
        make_team(work, "Billing")
        other = make_team(work, "Orders")
        for attempt in (
            lambda: create_team(admin, work, TeamIn(name="Billing")),
            lambda: update_team(admin, work, other.id, TeamIn(name="Billing")),
        ):
            with pytest.raises(ConflictError) as refused:
                attempt()
            assert refused.value.code == "name_taken"
        assert update_team(admin, work, other.id, TeamIn(name="Orders")).name == "Orders"


def test_a_member_sees_the_own_team_only(storage: Storage) -> None:
    with storage.writing() as work:
        ours, theirs = make_team(work, "Ours"), make_team(work, "Theirs")
        viewer = make_actor(work, Role.VIEWER, ours)
        assert [team.id for team in list_teams(viewer, work, PageRequest()).items] == [ours.id]
        for attempt in (
            lambda: get_team(viewer, work, theirs.id),
            lambda: list_members(viewer, work, theirs.id),
            lambda: update_team(viewer, work, theirs.id, TeamIn(name="X")),
            lambda: get_team(viewer, work, "team_none"),
        ):
            with pytest.raises(NotFoundError):
                attempt()
        with pytest.raises(ForbiddenError):
            update_team(viewer, work, ours.id, TeamIn(name="X"))


def test_a_role_change_is_in_force_at_once(storage: Storage) -> None:
    with storage.writing() as work:
        team = make_team(work)
        owner, user = make_actor(work, Role.OWNER, team), make_user(work, "new@example.com")
        set_member(owner, work, team.id, user.id, Role.VIEWER)
        assert not actor_of_user(work, user).may(Permission.TOKEN_ISSUE, team.id)
        set_member(owner, work, team.id, user.id, Role.DEVELOPER)
        assert actor_of_user(work, user).may(Permission.TOKEN_ISSUE, team.id)
        assert [(member.email, member.role) for member in list_members(owner, work, team.id)] == [
            ("new@example.com", Role.DEVELOPER),
            (f"owner@{team.id}.example", Role.OWNER),
        ]
        remove_member(owner, work, team.id, user.id)
        assert team.id not in actor_of_user(work, user).by_team


def test_a_developer_changes_no_members(storage: Storage) -> None:
    with storage.writing() as work:
        team = make_team(work)
        developer = make_actor(work, Role.DEVELOPER, team)
        with pytest.raises(ForbiddenError):
            set_member(developer, work, team.id, developer.id, Role.OWNER)
        with pytest.raises(ForbiddenError):
            remove_member(developer, work, team.id, developer.id)


def test_unknown_users_and_members_are_not_found(storage: Storage, admin: Actor) -> None:
    with storage.writing() as work:
        team = make_team(work)
        with pytest.raises(NotFoundError):
            set_member(admin, work, team.id, "user_none", Role.VIEWER)
        with pytest.raises(NotFoundError):
            remove_member(admin, work, team.id, "user_none")
        with pytest.raises(NotFoundError):
            set_member(admin, work, "team_none", "user_none", Role.VIEWER)
