"""Custom roles: made, given, changed; and never a way to more than one has."""

import pytest

from factories import make_actor, make_team, make_user
from passgate.identity.models import Team, User
from passgate.identity.role_schemas import CustomRoleChange, CustomRoleIn
from passgate.identity.schemas import UserChange, UserIn
from passgate.identity.service.actors import actor_of_user
from passgate.identity.service.roles import create_role, delete_role, get_role, list_roles, update_role
from passgate.identity.service.teams import list_members, set_member
from passgate.identity.service.users import create_user, update_user
from passgate.kernel.actor import Actor, ActorKind
from passgate.kernel.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from passgate.kernel.permissions import Permission, Role
from passgate.storage.work import Storage, Work

READS_CALLS = [Permission.CALL_READ, Permission.TEAM_READ]


def role_in(team: Team | None, name: str = "Support", permissions: list[Permission] | None = None) -> CustomRoleIn:
    return CustomRoleIn(team_id=team.id if team else None, name=name, permissions=permissions or READS_CALLS)


def now(work: Work, actor: Actor) -> Actor:
    """The actor with the permissions of this moment."""
    return actor_of_user(work, work.session.get_one(User, actor.id))


def test_a_team_role_is_given_and_its_change_holds_at_once(storage: Storage) -> None:
    with storage.writing() as work:
        team = make_team(work)
        owner = make_actor(work, Role.OWNER, team)
        member = make_actor(work, Role.VIEWER, team)
        role = create_role(owner, work, role_in(team))
        given = set_member(owner, work, team.id, member.id, role.id)
        assert (given.role, given.role_name) == (role.id, "Support")
        assert now(work, member).by_team[team.id] == set(READS_CALLS)
        update_role(owner, work, role.id, CustomRoleChange(permissions=[Permission.TOKEN_READ], name="Tokens"))
        assert now(work, member).by_team[team.id] == {Permission.TOKEN_READ}
        assert "Tokens" in [row.role_name for row in list_members(owner, work, team.id)]
        assert get_role(owner, work, role.id).holders == 1
        with pytest.raises(ConflictError):
            delete_role(owner, work, role.id)
        set_member(owner, work, team.id, member.id, "viewer")
        delete_role(owner, work, role.id)
        with pytest.raises(NotFoundError):
            get_role(owner, work, role.id)


def test_nobody_makes_or_gives_more_than_they_hold(storage: Storage, admin: Actor) -> None:
    with storage.writing() as work:
        team = make_team(work)
        owner = make_actor(work, Role.OWNER, team)
        lead = make_role_holder(work, admin, team, [Permission.TEAM_WRITE, Permission.TEAM_READ, Permission.ROLE_WRITE])
        with pytest.raises(ForbiddenError) as refused:
            create_role(owner, work, role_in(team, permissions=[Permission.KEY_WRITE]))
        assert refused.value.code == "permission_beyond"
        with pytest.raises(ForbiddenError):
            set_member(lead, work, team.id, lead.id, "owner")
        strong = create_role(owner, work, role_in(team, "Strong", [Permission.TOKEN_ISSUE]))
        with pytest.raises(ForbiddenError):
            update_role(lead, work, strong.id, CustomRoleChange(permissions=[Permission.TEAM_READ]))
        with pytest.raises(ForbiddenError):
            set_member(lead, work, team.id, lead.id, strong.id)
        with pytest.raises(ForbiddenError):
            create_role(owner, work, role_in(None))


def make_role_holder(work: Work, admin: Actor, team: Team, permissions: list[Permission]) -> Actor:
    role = create_role(admin, work, role_in(team, "Lead", permissions))
    user = make_user(work, "lead@example.com")
    set_member(admin, work, team.id, user.id, role.id)
    return actor_of_user(work, user)


def test_roles_of_other_teams_are_neither_seen_nor_given(storage: Storage, admin: Actor) -> None:
    with storage.writing() as work:
        red, blue = make_team(work, "Red"), make_team(work, "Blue")
        owner = make_actor(work, Role.OWNER, red)
        foreign = create_role(admin, work, role_in(blue))
        common = create_role(admin, work, role_in(None, "Common"))
        assert [row.id for row in list_roles(owner, work)] == ["admin", "owner", "developer", "viewer", common.id]
        with pytest.raises(NotFoundError):
            get_role(owner, work, foreign.id)
        with pytest.raises(NotFoundError):
            delete_role(owner, work, foreign.id)
        for unknown in (foreign.id, "admin", "role_none"):
            with pytest.raises(InvalidInputError):
                set_member(owner, work, red.id, owner.id, unknown)
        with pytest.raises(ForbiddenError):
            update_role(owner, work, common.id, CustomRoleChange(name="Mine"))
        assert set_member(owner, work, red.id, owner.id, common.id).role_name == "Common"


@pytest.mark.parametrize("name", ["Owner", "admin"])
def test_no_custom_role_has_a_built_in_name(name: str) -> None:
    with pytest.raises(ValueError, match="built-in"):
        CustomRoleIn(name=name, permissions=[])


def test_names_are_taken_once_a_team_and_once_for_all(storage: Storage, admin: Actor) -> None:
    with storage.writing() as work:
        red, blue = make_team(work, "Red"), make_team(work, "Blue")
        for team in (red, blue, None):
            create_role(admin, work, role_in(team))
        for team in (red, None):
            with pytest.raises(ConflictError):
                create_role(admin, work, role_in(team))


def test_only_who_holds_everything_makes_an_administrator(storage: Storage, admin: Actor) -> None:
    some = frozenset({Permission.USER_WRITE, Permission.ROLE_WRITE, Permission.USER_READ})
    clerk = Actor(ActorKind.USER, "user_clerk", "Clerk", everywhere=some)
    with storage.writing() as work:
        user = make_user(work, "someone@example.com")
        with pytest.raises(ForbiddenError):
            update_user(clerk, work, user.id, UserChange(is_admin=True))
        new = UserIn(email="new@example.com", name="New", password="x" * 12, is_admin=True)
        with pytest.raises(ForbiddenError):
            create_user(clerk, work, new)
        assert update_user(admin, work, user.id, UserChange(is_admin=True)).is_admin
